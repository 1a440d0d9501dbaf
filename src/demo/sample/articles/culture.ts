import type { SampleArticle } from './article.ts'

export const culture: readonly SampleArticle[] = [
  {
    slug: 'opera-warehouse',
    title: 'The opera moves into a warehouse, and finds that it sounds better',
    summary:
      'While its house is being repaired, the company plays among steel beams and grain chutes. Half of the audience had never been to an opera.',
    paragraphs: [
      'There is no curtain, no box and no chandelier. There is a floor of planks, a roof of corrugated iron, and, as the first chord showed on Friday, an echo of such warmth that the conductor put down his stick to hear the end of it.',
      'The company had rented Granary Four out of need: the plaster of its own house has been coming down since spring. It will stay for two winters. Tickets cost a third of what they used to, and a survey in the queue found that every second visitor had never heard an opera before.',
      'They heard a good one. The chorus, spread over three gangways, sang from everywhere, and when the heroine died on a forklift, nobody laughed.',
    ],
    authors: ['Beatrix Noor'],
    topic: 'Culture',
    hoursAgo: 5,
    imageAlt: 'A stage with two red curtains and a single singer in a cone of light',
  },
  {
    slug: 'library-of-things',
    title: 'What people borrow when they can borrow anything',
    summary: 'The city library lends drills, tents and a tuba. A year of its ledger is a portrait of the city.',
    paragraphs: [
      'The drill was borrowed 211 times. It was used, as its own counter shows, for an average of six minutes. The tent went out in June and came back with a note of apology and a new zip.',
      'A year ago the city library put a shelf of things beside its shelves of books. The ledger, which it has now published without names, tells of a projector that spent every Friday in the same block of flats, of a sewing machine that had a waiting list of eleven weeks, and of a tuba, borrowed once, on a Monday, and returned the same evening by three neighbours.',
    ],
    authors: ['Beatrix Noor'],
    topic: 'Culture',
    hoursAgo: 8,
    imageAlt: 'Shelves with books, a lamp, a plant and a horn',
  },
  {
    slug: 'mural-quarter',
    title: 'A wall of ninety metres, painted by those who walk past it',
    summary: 'The mural in Ropewalk has no artist, only a rule: nobody may paint over a colour that they do not like.',
    paragraphs: [
      'It started with a pot of blue that somebody had left over. The wall along the tram depot, ninety metres of grey, now holds the hands of some two thousand people, a whale, several cats and a timetable that was right for a week.',
      'The depot supplies the paint, in whatever colours fall out of its own work, and one rule: you may add to what is there, and you may not cover what you dislike. “It turns out,” said the depot’s foreman, who mixed the first blue, “that people are better at this than at parking.”',
    ],
    authors: ['Lio Fennimore'],
    topic: 'Culture',
    hoursAgo: 12,
    imageAlt: 'A long wall painted with waves, a whale and bright shapes',
  },
  {
    slug: 'film-festival',
    title: 'The smallest film festival has run out of chairs',
    summary: 'On Little Skerrow there are 70 inhabitants, one screen and, this weekend, 900 visitors. They are asked to bring a cushion.',
    paragraphs: [
      'The screen is the sail of a retired trawler. The projectionist is also the harbour master, which is why Saturday’s main film will pause when the late ferry comes in.',
      'Nine hundred people have bought tickets for the eleventh festival on Little Skerrow, thirteen for each islander. The programme has 24 films, none of them longer than the tide allows. There is one prize: a smoked fish, awarded by applause.',
      'Last year’s winner, a comedy about two lighthouse keepers who do not speak, has since been shown in nine countries. Its director is back, with a sequel and his own chair.',
    ],
    authors: ['Beatrix Noor', 'Maren Adisa'],
    topic: 'Culture',
    hoursAgo: 16,
    imageAlt: 'An open-air screen glowing beside the sea at dusk',
  },
  {
    slug: 'lost-recordings',
    title: 'Forty reels in a bread tin: the lost dance band of the harbour',
    summary: 'They played every Saturday for twenty years, and nothing was thought to be left. Then a bakery was cleared out.',
    paragraphs: [
      'The tin said “rye”. In it lay forty reels of tape, wrapped in flour paper, and on the tapes the Saltmarket Seven, who filled the ballroom at the pier every Saturday from 1951 to 1971 and of whom not one recording was known.',
      'The baker, it turned out, had been the drummer. The sound archive has now cleaned the first twelve reels. You hear a band that is never quite together and always exactly right, and, at the end of each number, four hundred people who do not want to go home.',
    ],
    authors: ['Samuel Ostrand'],
    topic: 'Culture',
    hoursAgo: 21,
    imageAlt: 'A record and brass instruments in warm colours',
  },
  {
    slug: 'novel-prize',
    title: 'The Merrin prize goes to a novel written on the bus',
    summary: 'Its author drives the number 14. She wrote for six minutes at a time, at the terminus.',
    paragraphs: [
      'The number 14 waits for six minutes at Gallows Lane before it turns around. In those six minutes, over seven years, its driver wrote “The Turning Loop”, which was awarded the Merrin prize last night.',
      'The novel follows one bus for one day, and the 212 people who get on. The jury praised “a book in which nobody is a passenger”. The author, who accepted the prize in uniform because she was on the late shift, thanked the depot for its punctuality and the traffic lights at Cooper’s Hill for the chapter that they gave her.',
    ],
    authors: ['Beatrix Noor'],
    topic: 'Culture',
    hoursAgo: 35,
    imageAlt: 'An open book from whose pages a small city rises',
  },
]
