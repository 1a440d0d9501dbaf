import type { SampleArticle } from './article.ts'

export const climate: readonly SampleArticle[] = [
  {
    slug: 'reed-beds',
    title: 'The reeds are back in the Lower Marsh, and so are the bitterns',
    summary:
      'Eight years after the sea wall was opened on purpose, the drowned fields have turned into the largest reed bed on the coast.',
    paragraphs: [
      'For a few years it looked like a mistake. When the region cut a gap of sixty metres into its own sea wall, salt water ran over fields that had fed people since the Middle Ages, and what it left was mud.',
      'Now the mud is green. The survey published today counts 340 hectares of reeds in the Lower Marsh, and eleven booming bitterns, a bird that had last bred here in 1931. In the storm of last January the marsh took forty centimetres off the surge before it reached the city.',
      '“A wall only ever gets older,” said the ecologist who led the count. “This gets higher every year, and nobody has to paint it.”',
    ],
    authors: ['Ruth Amsel'],
    topic: 'Climate',
    hoursAgo: 2.1,
    imageAlt: 'Tall reeds at the edge of still water under a pale morning sun',
  },
  {
    slug: 'heat-pumps-docks',
    title: 'The harbour is to heat four thousand homes',
    summary:
      'A pump the size of a church will draw warmth from the dock basin. The first streets are to be connected next winter.',
    paragraphs: [
      'Even in February the water in the Old Dock is seldom colder than five degrees. That is enough. A heat pump that will fill the former engine house, 22 metres high, is to raise it to seventy degrees and send it through eleven kilometres of pipe.',
      'Four thousand homes in Saltmarket and Ropewalk can be connected. Tenants will pay about what they pay for gas today, the utility says, and will go on paying it when gas no longer costs what it does today.',
      'Divers start in April. What they will do first is to remove 140 bicycles.',
    ],
    authors: ['Jonas Vellacott'],
    topic: 'Climate',
    hoursAgo: 6,
    imageAlt: 'A red engine house with a tall chimney at the edge of a dock',
  },
  {
    slug: 'vineyard-north',
    title: 'The northernmost vineyard had its first good year',
    summary: 'It began as a bet between two sisters. Now the slopes above Merrin have a harvest worth bottling.',
    paragraphs: [
      'The bet was over a crate of beer: that a grape would never ripen north of the Merrin. The elder sister planted two hundred vines to prove it would. That was fourteen years ago, and until this autumn she was buying the beer.',
      'This year’s warm September gave the hillside 1,900 bottles of a white that a cautious critic called “entirely drinkable, and then rather more”. The sisters have planted another hectare. They have also, they say, bought better frost candles: one warm autumn does not make a climate, and one late frost can end a year.',
    ],
    authors: ['Ruth Amsel'],
    topic: 'Climate',
    hoursAgo: 11,
    imageAlt: 'Rows of vines on rounded hills in autumn colours',
  },
  {
    slug: 'wind-farm-vote',
    title: 'Three villages buy a wind farm and lower their own bills',
    summary: 'The turbines on Hallow Ridge belong to the people who see them. That, they say, changes the view.',
    paragraphs: [
      'From the church in Upper Hallow you can count nine turbines, and since Saturday four hundred of the people who can count them own them. Three villages have bought the wind farm on the ridge from its builder, with savings, a loan and one anonymous cheque.',
      'Each household will have 18 crowns a month taken off its bill for every share it holds. The farm’s loudest opponent of ten years ago holds three. “I still think they are ugly,” he said. “But they are ugly in the way of a cow: you forgive it.”',
    ],
    authors: ['Maren Adisa', 'Jonas Vellacott'],
    topic: 'Climate',
    hoursAgo: 15,
    imageAlt: 'White wind turbines on a green ridge under passing clouds',
  },
  {
    slug: 'storm-drains',
    title: 'The streets that learned to drink',
    summary:
      'After the flood of two summers ago, one quarter tore up its asphalt. Last week’s cloudburst was the first test.',
    paragraphs: [
      'Fifty-two millimetres of rain fell on Cooper’s Hill in an hour last Wednesday, more than on the night two years ago that filled 300 cellars. This time the fire brigade was called to four.',
      'In between, the quarter has given up a third of its asphalt. Parking bays became beds of gravel and willow, kerbs got gaps, and the school yard now lies half a metre lower than the street, to be a pond when it has to be. Children were sent home on Thursday because their playground had ducks on it.',
      'The city wants to rebuild four more quarters in the same way. It would cost 64 million crowns; the flood cost 71.',
    ],
    authors: ['Jonas Vellacott'],
    topic: 'Climate',
    hoursAgo: 19.5,
    imageAlt: 'Rain over a street with planted beds between gabled houses',
  },
  {
    slug: 'glacier-diary',
    title: 'The man who has measured one glacier for fifty years',
    summary: 'Every August he drills the same nine stakes. There is no longer ice enough for the lowest three.',
    paragraphs: [
      'He was 23 when he first carried the drill up to the Aldern glacier, and he thought it would be for a summer. The notebooks now fill a shelf: fifty Augusts, nine stakes, two decimal places.',
      'The lowest three stakes stand in gravel. He goes on reading them. “A zero is a measurement too,” he says. His successor, who is 26, has already carried the drill twice. She has bought new notebooks, though not as many.',
    ],
    authors: ['Edda Kroonberg'],
    topic: 'Climate',
    hoursAgo: 27,
    imageAlt: 'A shrinking glacier between blue mountains',
  },
]
