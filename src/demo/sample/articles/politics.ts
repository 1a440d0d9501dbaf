import type { SampleArticle } from './article.ts'

export const politics: readonly SampleArticle[] = [
  {
    slug: 'night-tram',
    title: 'Council votes to run the harbour tram through the night',
    summary:
      'From March, trams between the Old Docks and Saltmarket will run every twenty minutes until dawn. Hospital staff and bakers had asked for it for eleven years.',
    paragraphs: [
      'The vote was closer than the speeches. Shortly before midnight, after four hours of debate, the council of Calderhaven decided by 31 votes to 28 to run trams on the harbour line through the night, every day of the week. The first will leave the Old Docks at ten past one on the second of March.',
      'The line passes the general hospital, the fish market and most of the bakeries that supply the city before breakfast. A petition for a night service has lain in the town hall since a nurse from the children’s ward brought it there in a shoebox, eleven years ago.',
      'Those who voted against it pointed to the cost: 2.3 million crowns a year, half of which the transport office hopes to recover in fares. “We are buying the most expensive empty seats in the region,” said the treasurer. The council will look at the passenger counts after eighteen months.',
    ],
    authors: ['Ines Okonjo-Hart'],
    topic: 'Politics',
    hoursAgo: 1.2,
    imageAlt: 'A lit tram on a quay at night, with cranes behind it',
  },
  {
    slug: 'budget-gap',
    title: 'A gap of forty million, and nobody’s favourite way to close it',
    summary:
      'The regional treasury expects to be short next year. A guide to the four proposals on the table, and who would pay for each.',
    paragraphs: [
      'The Merrin region will take in forty million crowns less next year than it has promised to spend. That is about the price of keeping all of its libraries open for three years, or of resurfacing one in nine of its roads.',
      'Four proposals are on the table. A higher charge on mooring would fall on boat owners, most of whom live elsewhere. A freeze on hiring would be felt first in the planning office, where a permit already takes seven months. Selling the old customs house would bring money once. And a quarter point on the property levy would bring it every year, from everyone.',
      'The finance committee meets on Thursday. Its chair said she expects “a bit of all four, and thanks from no one”.',
    ],
    authors: ['Tomas Verrall', 'Edda Kroonberg'],
    topic: 'Politics',
    hoursAgo: 4.5,
    imageAlt: 'The domed town hall above a square with bare trees',
  },
  {
    slug: 'ferry-tender',
    title: 'Only one company wants to run the island ferries',
    summary:
      'The tender for the Skerrow routes closed last night with a single bid. Islanders fear higher fares; the transport office speaks of a fair price.',
    paragraphs: [
      'When the deadline passed at six, there was one envelope in the box. The company that has run the ferries to the three Skerrow islands for nineteen years was the only one to offer to run them for the next twelve.',
      'Two others had asked for the papers. Both told this newspaper that the vessels, the youngest of which is 24 years old, would have had to be replaced before the contract could pay for them.',
      'On Great Skerrow, where 640 people live in winter, the news was met with a shrug that did not hide much. “We know the boat, and the boat knows us,” said the keeper of the island shop. “But it is hard to haggle with the only boat there is.”',
    ],
    authors: ['Maren Adisa'],
    topic: 'Politics',
    hoursAgo: 9,
    imageAlt: 'A white ferry crossing a calm strait towards a low island',
  },
  {
    slug: 'school-places',
    title: 'Six hundred children, five hundred places',
    summary:
      'The new quarter at Tanner’s Reach has filled faster than anyone planned. Its school, which opens in autumn, is already too small.',
    paragraphs: [
      'The roof is not yet on, and the school at Tanner’s Reach is full. The education office counted 604 children who will live within its catchment when it opens in September; it was drawn for 500.',
      'Nobody miscounted, the head of planning insists. The flats were meant for couples; families took them, because there was nothing else. Pupils of the last two years are now likely to be taught in the former seamen’s mission across the canal, which has high windows, a good kitchen and no playground.',
    ],
    authors: ['Ines Okonjo-Hart'],
    topic: 'Politics',
    hoursAgo: 13.5,
    imageAlt: 'A brick school building with a bell tower, half of it under scaffolding',
  },
  {
    slug: 'bridge-inquiry',
    title: 'Bridge inquiry: the crack was reported three times',
    summary:
      'Inspectors told the committee that they had warned of the damage to the Weir Bridge since spring. The letters went to an address that had been closed.',
    paragraphs: [
      'The crack in the second pier of the Weir Bridge was photographed in April, measured in June and measured again in August. Each time a letter went out. Each time it went to an office that had been merged into another the winter before.',
      'This came out on the second day of the inquiry into why the bridge, which carries 18,000 people a day, had to be closed overnight in October. “I assumed that no answer meant no money,” said the engineer who wrote the letters. “It did not occur to me that it meant no reader.”',
      'The committee will hear the head of the roads office next week. The bridge is to reopen to cyclists before Christmas.',
    ],
    authors: ['Tomas Verrall'],
    topic: 'Politics',
    hoursAgo: 17,
    imageAlt: 'A stone bridge with three arches over a river, one of them fenced off',
  },
  {
    slug: 'youth-council',
    title: 'Sixteen-year-olds get a budget, and argue about benches',
    summary: 'The first youth council with money of its own met for nine hours. It chose shade, light and a place to sit.',
    paragraphs: [
      'They had 200,000 crowns, a gavel and no adults in the room but the clerk. After nine hours the 41 members of Calderhaven’s first youth council with a budget of its own had spent all of it: on trees for two bus stops, on lamps along the canal path, and on forty benches.',
      'The benches took four hours. The question was whether they should have armrests in the middle, which keep people from lying down. They will not. “If somebody has to sleep on it,” said the 16-year-old who moved the motion, “the bench is not the problem.”',
    ],
    authors: ['Lio Fennimore'],
    topic: 'Politics',
    hoursAgo: 22,
    imageAlt: 'A row of benches under young trees beside a canal',
  },
]
