import type { SampleArticle } from './article.ts'

export const sport: readonly SampleArticle[] = [
  {
    slug: 'harbour-derby',
    title: 'Ninety-four minutes, one goal, and a stadium that forgot the rain',
    summary:
      'Dockside beat Calder United in the last minute of the harbour derby. The goal was scored by a defender who had not scored in six years.',
    paragraphs: [
      'It had rained since the second minute, and by the ninetieth most of the 23,000 had stopped noticing. Then the corner came in, too low, too near; somebody missed it, somebody else missed it, and the ball lay in front of the left boot of Dockside’s centre half.',
      'He had not scored in 171 matches. He looked, as he said later, “for someone to give it to”. There was nobody. The shot went in off the post, off the keeper’s back, and off the end of a very long afternoon.',
      'Dockside are second now, two points behind. United’s coach said that his side had been better for 93 minutes. No one contradicted him.',
    ],
    authors: ['Dario Wexcombe'],
    topic: 'Sport',
    hoursAgo: 2.8,
    imageAlt: 'A floodlit football stadium seen from the top of the stand',
  },
  {
    slug: 'rowing-eight',
    title: 'The eight that trains before the city wakes',
    summary: 'They are nurses, a roofer and a judge. On Sunday they row against the national crew.',
    paragraphs: [
      'At five in the morning the Merrin belongs to the herons and to one long white boat. In it sit three nurses, two teachers, a roofer, a baker and a judge, and in the stern a girl of fifteen who tells all of them what to do.',
      'They began as a course for beginners, four winters ago. Last month they won the regional title by a length and a half, and with it a place on the start line beside the national eight. They do not expect to win. “We expect,” said the judge, “to be heard.”',
    ],
    authors: ['Dario Wexcombe'],
    topic: 'Sport',
    hoursAgo: 6.7,
    imageAlt: 'A rowing eight on a misty river at sunrise',
  },
  {
    slug: 'marathon-route',
    title: 'The marathon gets a new route, and its first hill',
    summary: 'Because of the closed bridge the runners will cross Cooper’s Hill. The record, it is agreed, is safe.',
    paragraphs: [
      'For thirty years the Calderhaven marathon was sold as the flattest in the country. With the Weir Bridge closed, the course must find another way across the river, and the only other way is up.',
      'The new route climbs 74 metres between kilometres 31 and 33, on a street that the tram takes at walking pace. Entries have risen by a fifth since it was announced. The residents of Cooper’s Hill have promised music, oranges, and “honest words”.',
    ],
    authors: ['Aune Tallis'],
    topic: 'Sport',
    hoursAgo: 12.8,
    imageAlt: 'Runners on a street that climbs a hill of coloured houses',
  },
  {
    slug: 'chess-club',
    title: 'At eleven she beat the master. At twelve she wants a rematch',
    summary: 'The pub’s back room has produced a champion. She is not allowed in after eight.',
    paragraphs: [
      'The chess club of Ropewalk meets in the back room of a pub, and its best player has to leave at eight. That is the law; she is twelve. On Saturday she became the youngest champion in the region’s history, in 61 moves and, by her own account, one mistake.',
      'The man whom she beat in the final taught her the game when she was six. He asked for a rematch in the spring. So did she: of the game that she lost to him, in the second round, when she was eleven.',
    ],
    authors: ['Aune Tallis'],
    topic: 'Sport',
    hoursAgo: 16.5,
    imageAlt: 'Chess pieces on a board, a white queen in front',
  },
  {
    slug: 'winter-swimmers',
    title: 'Seven degrees, no wetsuit, and a waiting list',
    summary: 'The winter swimmers of the Old Docks were eleven people three years ago. Now they have to draw lots for the steps.',
    paragraphs: [
      'You go in slowly, says the woman at the ladder, and you breathe out. Everything else is a matter of opinion. The water of the Old Docks had seven degrees on Sunday; 160 people went in, and 160, counted twice, came out.',
      'Three winters ago they were eleven. There are only two ladders, so the club now draws lots for the hours before work. Doctors advise against it for people with weak hearts, and against staying longer, in minutes, than the water has degrees.',
    ],
    authors: ['Maren Adisa'],
    topic: 'Sport',
    hoursAgo: 23,
    imageAlt: 'Swimmers with coloured caps in cold blue water beside a pier',
  },
  {
    slug: 'velodrome',
    title: 'The old velodrome gets its wooden track back',
    summary: 'Fifty volunteers, 46 kilometres of pine and one retired boat builder who knew how to bend it.',
    paragraphs: [
      'No firm wanted to build it, so the city’s oldest boat builder did. He is 81, had never ridden on a track, and looked at the drawings for a long time before he said that it was only a hull, inside out.',
      'Fifty volunteers have laid 46 kilometres of pine batten, nailed from below, at 42 degrees in the bends. On Saturday the first riders went round. The sound, a low drumming, brought people from three streets away, some of whom had last heard it sixty years ago.',
      'Racing starts in May. The boat builder has been given a bicycle. He rides it, he says, on the flat part.',
    ],
    authors: ['Dario Wexcombe', 'Aune Tallis'],
    topic: 'Sport',
    hoursAgo: 38,
    imageAlt: 'Cyclists on the banked wooden bend of a velodrome',
  },
]
