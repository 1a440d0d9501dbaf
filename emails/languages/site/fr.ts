import type { Catalogue } from '../../messages.ts'

export const site = {
  front: {
    title: 'La lettre d’information',
    headline: 'L’actualité, une fois, quand cela vous convient',
    description:
      '{newsletter} par courriel : les articles parus depuis votre dernier envoi, à votre heure, sur vos sujets. Aucun pistage, et un clic suffit pour vous désabonner.',
    lede: 'Un message avec les articles parus depuis le précédent : tous les jours, du lundi au vendredi ou une fois par semaine, à votre heure, sur les sujets que vous choisissez. Quand il n’y a rien de nouveau, rien n’arrive.',
    notYet: 'Pas tout à fait : veuillez vérifier le champ signalé ci-dessous.',
    fromElsewhere:
      'Cette demande vient d’une page d’un autre site. Relisez-la, et appuyez sur « {button} » si c’est bien ce que vous vouliez.',
    leaveEmpty: 'Laissez ce champ vide',
    subscribe: 'S’abonner',
    needsScript:
      'Pour tenir les robots à l’écart, ce formulaire a besoin de JavaScript. Sans lui, écrivez à {address}.',
    settings: 'Déjà abonné, et à la recherche de vos préférences ?',
    mailMyLink: 'Recevoir votre lien par courriel',
    trust: 'Ce sur quoi vous pouvez compter',
    once: 'Un message par jour au plus.',
    onceMore: 'Moins souvent si vous le souhaitez, aucun pendant une pause, et jamais deux fois le même article.',
    unwatched: 'Personne ne vous regarde lire.',
    unwatchedMore: 'Pas de pixel espion dans le message, pas de détour derrière ses liens, pas de cookie ici.',
    whatIsKept: 'Ce qui est conservé, et combien de temps',
    leave: 'Un clic, et c’est fini.',
    leaveMore: 'Le lien est dans chaque message ; personne ne demande pourquoi.',
    look: 'Vous pouvez regarder avant de vous abonner.',
    lookMore: 'Les envois précédents sont dans les archives, et dans un flux pour qui préfère se passer de courriel.',
    newest: 'Dans le dernier envoi',
    whole: 'Lire tout l’envoi',
  },
  archive: {
    description: 'Les envois de {newsletter}, du plus récent au plus ancien.',
    intro: 'Les envois de chaque jour, à la portée de tous.',
    mailMe: 'Recevoir le prochain par courriel',
    follow: 'Suivre le flux',
    pages: 'Pages suivantes et précédentes',
    newest: 'Les plus récents',
    earlier: 'Envois plus anciens',
    nothingFound: 'Aucun envoi ne correspond. Demandez-en moins, ou parcourez-les tous.',
    showAll: 'Les afficher tous',
    nothingYet: 'Il n’y a encore aucun envoi ici. Le premier arrive avec le premier message.',
    words: 'Mots',
    topic: 'Sujet',
    newsletter: 'Lettre',
    all: 'Tout',
    from: 'Premier jour',
    to: 'Dernier jour',
    search: 'Rechercher',
    thatDay: 'Voici ce que {newsletter} a envoyé ce jour-là.',
    mailMeMore: 'À votre heure, et sur vos sujets.',
    others: 'Autres envois',
    before: 'L’envoi précédent',
    after: 'L’envoi suivant',
    allDigests: 'Tous les envois',
  },
  privacy: {
    description:
      'Ce que {newsletter} conserve sur ses lecteurs, pourquoi, combien de temps, et comment le faire modifier ou effacer.',
    lede: 'Vous donnez une adresse, et vous recevez les messages que vous avez demandés. Cette page dit ce que cela suppose. Elle est établie à partir du service tel qu’il est configuré : elle dit donc ce qui se fait vraiment.',
    notDone: 'Ce qui ne se fait pas',
    noCookies: 'Pas de cookies, pas de comptes, pas de scripts de tiers.',
    noCookiesButCheck:
      'Pas de cookies, pas de comptes, pas de scripts de tiers, sauf la vérification contre les robots.',
    noPixels:
      'Pas de pixel espion dans les messages, pas de détour derrière leurs liens : ce service ne cherche pas à savoir si vous ouvrez un message ni quel article vous lisez.',
    noAdvertisers: 'Ce service ne donne rien aux annonceurs et ne déduit rien à votre sujet.',
    noLog: 'Le journal du service ne mentionne ni votre adresse ni les pages que vous voyez.',
    offline:
      'De ces pages, votre navigateur en garde une : celle qu’il montre en l’absence de réseau. Rien de ce qui s’y trouve ne vous concerne.',
    kept: 'Ce qui est conservé',
    keptFor: 'Conservation : {period}.',
    days: '{count, plural, one {# jour} many {# de jours} other {# jours}}',
    hours: '{count, plural, one {# heure} many {# d’heures} other {# heures}}',
    minutes: '{count, plural, one {# minute} many {# de minutes} other {# minutes}}',
    untilErased: 'jusqu’à ce que vous le fassiez effacer',
    forGood: 'sans limite ; cela ne désigne personne',
    data: {
      choices: 'Votre adresse et vos choix : la fréquence, l’heure, le fuseau horaire, les sujets',
      choicesWhy: 'Pour vous envoyer ce que vous avez demandé.',
      choicesKept:
        'jusqu’à ce que vous le fassiez effacer ou, si vous n’avez jamais confirmé, {period} après votre dernière demande. Le lien de confirmation est valable {time}',
      consent:
        'Ce que vous avez accepté et modifié : quand, dans quels termes, depuis quelle adresse internet, avec quel navigateur',
      consentWhy: 'Pour pouvoir montrer que vous l’avez demandé.',
      digests:
        'Quels envois vous ont été adressés, et si votre messagerie les a acceptés ou refusés, ou si vous les avez signalés comme indésirables',
      digestsWhy: 'Pour ne pas vous envoyer deux fois le même article, et pour cesser là où nos messages sont de trop.',
      reports: 'Ce que le prestataire d’envoi signale à propos d’un message',
      reportsWhy: 'Pour compter chaque signalement une seule fois.',
      newAddress: 'Une nouvelle adresse que vous saisissez',
      newAddressWhy: 'Pour lui demander si elle est bien la vôtre, avant tout autre envoi.',
      newAddressKept: '{period}. Le lien qui la confirme est valable {time}',
      left: 'Le fait que vous vous êtes désabonné',
      leftWhy: 'Pour ne plus rien vous envoyer, et pour vous permettre de revenir dessus pendant {time}.',
      tries:
        'Le fait que quelqu’un a essayé de s’abonner : une empreinte à clé de l’adresse et de l’endroit d’où venait la demande',
      triesWhy: 'Pour écarter quiconque abonne des inconnus.',
      written:
        'D’un message que vous écrivez à {address} : ce qu’il demandait et ce qui a été fait, mais ni vos mots ni l’expéditeur',
      writtenWhy: 'Pour faire ce qu’il demande, une seule fois.',
      erased:
        'Après un effacement complet : le nombre de messages, sans nom ; et, si une adresse ne doit plus rien recevoir, une empreinte à clé de celle-ci',
      erasedWhy: 'Pour que les totaux restent justes, et qu’aucun message ne parte là où il est de trop.',
    },
    ground:
      'Tout cela repose sur votre consentement (RGPD, article 6, paragraphe 1, point a)), et sa preuve sur l’article 7, paragraphe 1. Vous pouvez le retirer à tout moment, aussi simplement que vous l’avez donné ; ce qui a été envoyé auparavant reste licite.',
    others: 'Qui d’autre y prend part',
    delivers: 'achemine les messages, reçoit pour cela votre adresse et le message, et signale s’il est bien arrivé.',
    receives: 'Ce que vous écrivez à {address} y est également reçu.',
    nobody: 'Personne',
    trial:
      'n’achemine encore de messages : ceci est un essai, et les messages restent sur la machine où il fonctionne.',
    check:
      'examine votre navigateur quand vous ouvrez le formulaire, pour distinguer les personnes des robots, et reçoit votre adresse internet et ce que son script demande au navigateur.',
    embeds: 'peut afficher notre formulaire sur ses pages ; ce que vous y saisissez nous parvient.',
    logo: 'héberge l’emblème en tête des courriels et des pages : pour l’afficher, votre messagerie et votre navigateur s’y adressent, sans dire sur quelle page il se trouve.',
    sites: 'Les sites des articles',
    sitesMore:
      'hébergent les images qu’un envoi montre. Charger les images, c’est les leur demander : ils voient donc une adresse internet, mais n’apprennent pas de ce service qui vous êtes. Tout se lit bien sans images.',
    servers: 'L’hébergeur de nos serveurs',
    serversMore: 'stocke les données. Écrivez-nous si vous voulez savoir qui c’est.',
    rights: 'Vos droits, et comment les exercer',
    rightsMore:
      'Chaque message contient un lien vers vos préférences, et cette page fait tout cela aussitôt, sans rien demander à personne.',
    noMail: 'Pas de message sous la main ?',
    see: 'Accès et portabilité (articles 15 et 20) :',
    seeHow: 'appuyez sur « {button} » ; le fichier est en JSON.',
    correct: 'Rectification (article 16) :',
    correctHow: 'modifiez vos choix ou votre adresse.',
    erase: 'Effacement (article 17) :',
    eraseHow: 'appuyez sur « {button} ». C’est immédiat et irréversible.',
    pause: 'Limitation (article 18) :',
    pauseHow: 'choisissez jusqu’à quand faire une pause ; rien n’est envoyé avant.',
    object: 'Retrait du consentement (article 7, paragraphe 3) ou opposition (article 21) :',
    objectHow: 'appuyez sur « {button} », là ou dans votre messagerie.',
    complain:
      'Vous pouvez aussi nous écrire, et saisir l’autorité de protection des données de votre lieu de résidence ou de travail.',
    responsible: 'Qui est responsable',
  },
  embed: {
    title: 'Le formulaire sur votre site',
    noOrigins:
      'Aucun autre site ne peut encore envoyer d’inscriptions : indiquez l’origine du vôtre dans EMBED_ORIGINS, par exemple https://www.example.com, puis redémarrez le service.',
    language:
      'Tous deux parlent la langue de cette page. Choisissez-en une autre au bas de la page, et copiez-les de là.',
    script: 'Une ligne, qui crée le formulaire là où elle se trouve',
    form: 'Le formulaire lui-même, à adapter à votre gré ; il fonctionne sans JavaScript',
    both: 'Si les deux sont sur une page, le script laisse votre formulaire tel quel et y affiche la réponse, plutôt que sur une page à part.',
    wording:
      'La formule de consentement est ce que les lecteurs acceptent : conservez-la, ainsi que le champ language, qui dit dans quelle langue ils la lisent.',
    fields:
      'Des champs nommés frequency, hour, weekday, timeZone, topics et newsletter peuvent être ajoutés. Si les lecteurs choisissent eux-mêmes la langue, ajoutez un champ nommé wording qui indique celle du formulaire.',
    moment: 'Un instant…',
    unreachable: 'L’envoi n’a pas abouti. Veuillez réessayer dans une minute.',
  },
  offline: {
    title: 'Pas de connexion',
    what: 'Cette page n’a pas pu être chargée : votre appareil n’a pas de réseau en ce moment, ou ne parvient pas à nous joindre.',
    stays:
      'Ce que vous avez enregistré et vos abonnements restent tels quels. Réessayez quand vous serez de nouveau connecté.',
    form: 'Vous remplissiez un formulaire ? Revenez-y : ce que vous avez saisi s’y trouve peut-être encore.',
    again: 'Réessayer',
    unsent:
      'Vous êtes hors ligne : rien n’a été envoyé. Votre saisie est toujours là ; appuyez de nouveau quand vous serez connecté.',
  },
} as const satisfies Catalogue['site']
