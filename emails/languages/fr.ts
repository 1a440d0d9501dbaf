import type { Catalogue } from '../messages.ts'

export const fr = {
  name: 'Français',
  digest: {
    fallbackSubject: 'Votre sélection d’articles',
    untitled: 'Article sans titre',
    oneStory: 'Un article dans cette édition',
    alsoInside: 'Également dans cette édition : {titles}',
    andMore: 'et {count, plural, one {# autre} many {# autres} other {# autres}}',
    byline: 'Par {authors}',
    otherAuthors: '{count, plural, one {# autre} many {# autres} other {# autres}}',
    inBrief: 'En bref',
    fewerOf: 'Moins d’articles sur : {topic}',
    further:
      '{count, plural, one {# autre article sur le site} many {# autres articles sur le site} other {# autres articles sur le site}}',
    settings: 'À votre rythme, selon vos goûts',
    rhythm:
      'Vous la recevez {frequency, select, daily {tous les jours} weekdays {du lundi au vendredi} other {une fois par semaine}}.',
    weekly:
      'Une fois par semaine plutôt que {frequency, select, weekdays {du lundi au vendredi} other {tous les jours}}',
    daily: 'Tous les jours plutôt qu’une fois par semaine',
    pause: 'Suspendre pendant deux semaines',
    replies:
      'Ou répondez à ce message par l’un de ces mots : hebdomadaire, quotidien, semaine de travail, pause 2 semaines, arrêt, aide.',
  },
  footer: {
    preferences: 'Toutes les préférences',
    unsubscribe: 'Se désabonner',
    confirmed: 'Vous recevez ce message parce que vous avez confirmé votre abonnement à {newsletter} le {date}.',
    sentBy: '{newsletter} vous est envoyée par',
    questions: 'Une question ? Écrivez à',
  },
  letter: { address: 'Si le bouton ne répond pas, ouvrez cette adresse dans un navigateur :' },
  confirm: {
    subject: 'Confirmez votre abonnement à {newsletter}',
    title: 'Encore un clic',
    asked:
      'Quelqu’un, sans doute vous, souhaite recevoir {newsletter} à cette adresse. Confirmez que c’est bien vous, et les envois commenceront.',
    button: 'Confirmer l’abonnement',
    expires: 'Le lien est valable 72 heures.',
    replies: 'Vous pouvez aussi répondre à ce message par le mot « oui ».',
    ignore: 'Si ce n’est pas vous, ne tenez pas compte de ce message : vous ne recevrez rien d’autre.',
    why: 'Vous recevez ce seul message parce que cette adresse nous a été indiquée pour un abonnement, sur une page ou par courriel.',
  },
  preferencesLink: {
    subject: 'Votre lien pour {newsletter}',
    title: 'Votre lien',
    asked:
      'Quelqu’un, sans doute vous, a demandé le lien vers vos préférences pour {newsletter} : la fréquence, l’heure et les sujets, votre adresse et vos données.',
    button: 'Ouvrir mes préférences',
    keep: 'Quiconque possède ce lien peut les modifier : gardez-le pour vous.',
    ignore: 'Si ce n’est pas vous, ne tenez pas compte de ce message : rien n’a changé.',
    why: 'Vous recevez ce message parce que cette adresse a été saisie sur notre page des liens perdus.',
  },
  addressChange: {
    subject: 'Confirmez votre nouvelle adresse pour {newsletter}',
    title: 'Encore un clic',
    asked:
      'Une personne abonnée à {newsletter}, sans doute vous, souhaite la recevoir désormais à cette adresse. Confirmez que cette adresse est la vôtre, et ce sera fait.',
    button: 'Utiliser cette adresse',
    expires: 'Le lien est valable 72 heures.',
    ignore: 'Si ce n’est pas vous, ne tenez pas compte de ce message : vous ne recevrez rien d’autre.',
    why: 'Vous recevez ce seul message parce que cette adresse a été saisie comme nouvelle adresse d’abonnement.',
  },
  addressChangeNotice: {
    subject: 'Votre adresse pour {newsletter} va changer',
    title: 'Votre adresse va changer',
    asked:
      'Une personne disposant de votre lien, sans doute vous, a demandé que {newsletter} soit envoyée à une autre adresse. Ce sera fait dès que cette adresse aura été confirmée.',
    button: 'Voir ou annuler le changement',
    ignore:
      'Si c’est vous, il n’y a rien à faire ici. Sinon, annulez le changement : en attendant, vos envois arrivent toujours ici.',
    why: 'Vous recevez ce message parce que c’est à cette adresse qu’arrivent vos envois.',
  },
  answer: {
    frequency:
      'Vos envois arrivent désormais {frequency, select, daily {tous les jours} weekdays {du lundi au vendredi} other {une fois par semaine, le {weekday}}}',
    paused: 'Vos envois sont suspendus',
    pausedUntil: 'Vous ne recevrez rien avant le {day}.',
    resumed: 'Vos envois ne sont pas suspendus',
    confirmed: 'Vous êtes abonné à {newsletter}',
    stopped: 'Vous êtes désabonné',
    stoppedMore: 'Vous ne recevrez plus {newsletter}.',
    notSubscribed: 'Vous n’êtes pas abonné',
    nothingDone: 'Il n’y avait donc rien à modifier. Vous pouvez vous réabonner à tout moment.',
    help: 'Ce que vous pouvez faire par courriel',
    nothingChanged: 'Rien n’a été modifié',
    notUnderstood: 'Votre message n’a pas été compris, et personne ne l’a lu.',
    badPause: 'Une pause se termine au plus tôt demain, et au plus tard dans un an.',
    howTo: 'Répondez à ce message, ou à n’importe quel envoi, en écrivant sur la première ligne :',
    commands: [
      'hebdomadaire : une fois par semaine ; « hebdomadaire le vendredi » choisit le jour',
      'quotidien : tous les jours',
      'semaine de travail : du lundi au vendredi',
      'pause 2 semaines, ou pause jusqu’au 24 décembre',
      'reprendre : met fin à une pause',
      'arrêt : plus aucun envoi',
      'aide : ce message',
    ],
    next: 'Le prochain envoi arrive le {instant}, s’il y a du nouveau.',
    undo: 'Annuler',
    endPause: 'Mettre fin à la pause',
    subscribe: 'Se réabonner',
    why: 'Vous recevez ce message parce qu’un courriel nous est parvenu à une adresse qui ne figure que dans vos messages.',
  },
} as const satisfies Catalogue
