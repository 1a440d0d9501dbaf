import type { SampleArticle } from './article.ts'

export const science: readonly SampleArticle[] = [
  {
    slug: 'deep-sea-light',
    title: 'A camera at four thousand metres finds something that blinks back',
    summary:
      'Researchers hung a lamp into the Merrin Trench to see what would come. What came answered in the same rhythm.',
    paragraphs: [
      'The lamp flashed twice, paused, and flashed twice again. It was meant to imitate a jellyfish in distress, which in the deep sea is an invitation to dinner. On the eleventh night something at the edge of the picture flashed twice, paused, and flashed twice again.',
      'The marine institute has now published what its camera saw in forty nights: nine animals that nobody can name, and one, no longer than a hand, that repeats light signals with a delay of less than a second. Whether it is hunting, courting or simply startled is open.',
      '“We spent two years building a machine to talk to squid,” said the expedition’s leader. “We ought to have thought about what to say.”',
    ],
    authors: ['Priya Haldane'],
    topic: 'Science',
    hoursAgo: 3,
    imageAlt: 'A small submersible with a lamp among glowing creatures in dark water',
  },
  {
    slug: 'sleep-clocks',
    title: 'Shift workers sleep better by the lamp than by the clock',
    summary: 'A trial in two hospitals changed only the light in the corridors. Nurses gained 38 minutes of sleep a day.',
    paragraphs: [
      'Nothing else was changed: not the rotas, not the coffee, not the length of the night. For five months, half of the wards in two hospitals had corridors that grew warmer and dimmer after three in the morning, and half did not.',
      'Nurses in the first half slept 38 minutes longer after a night shift, measured at the wrist. They also made fewer mistakes in a test of attention at the end of the shift, though by a margin that may be chance. The other half asked, when the trial ended, whether they might have the lamps as well. They may.',
    ],
    authors: ['Samuel Ostrand'],
    topic: 'Science',
    hoursAgo: 7.5,
    imageAlt: 'A ward at night with a warm lamp and the moon in the window',
  },
  {
    slug: 'bronze-hoard',
    title: 'A plough, a clank, and 214 pieces of Bronze Age silverware',
    summary: 'A farmer near Upper Hallow stopped his tractor to move a stone. It was not a stone.',
    paragraphs: [
      'He has ploughed that corner for thirty years and always gone around the bump. This spring, with a new tractor and a straight line in mind, he did not.',
      'The hoard, shown for the first time yesterday, holds 214 pieces: cups, arm rings, a strainer as fine as a modern one, and a horse the length of a thumb. It was buried about 3,100 years ago in a wooden chest, in some order, by somebody who meant to come back.',
      'The region’s museum wants to build a room for it. The farmer wants to have one of the cups on loan, at Christmas.',
    ],
    authors: ['Priya Haldane'],
    topic: 'Science',
    hoursAgo: 10,
    imageAlt: 'Old cups and rings on layers of earth beneath a field',
  },
  {
    slug: 'telescope-first-light',
    title: 'First light on Mount Aldern, after nine years and one avalanche',
    summary: 'The new telescope has taken its first picture. It shows a galaxy, and, in one corner, a very surprised moth.',
    paragraphs: [
      'The dome opened at eleven minutes past two, the wind dropped as if on request, and at twenty past the first picture stood on the screen: a spiral galaxy, forty million light years away, with a dark smear near the lower edge. The smear had wings.',
      'It is the sharpest picture ever taken from the region, moth or no moth. The mirror of four metres was hauled up the mountain in one piece, and once, in the third winter, dug out of an avalanche without a scratch.',
      'From spring, schools may book one hour a week. The first request, from a class of eight-year-olds, is for “the moon, but closer”.',
    ],
    authors: ['Samuel Ostrand', 'Lio Fennimore'],
    topic: 'Science',
    hoursAgo: 14,
    imageAlt: 'An observatory dome on a mountain under a sky full of stars',
  },
  {
    slug: 'mould-concrete',
    title: 'The mould that mends concrete',
    summary:
      'A fungus from a cellar wall seals hairline cracks in three weeks. Engineers would like it to be slower, and less cheerful about wallpaper.',
    paragraphs: [
      'It was found by a student who wanted to get rid of it. The grey bloom on her cellar wall grew only along cracks, and where it had grown, the cracks were gone: filled with fine crystals of lime.',
      'In the laboratory the fungus closes gaps of up to half a millimetre in three weeks, if it is fed with a little sugar. On bridges that could save water from reaching the steel. First, though, it must be taught to stop. In one test it went on to seal a drain, a keyhole and the lid of its own dish.',
    ],
    authors: ['Priya Haldane'],
    topic: 'Science',
    hoursAgo: 18,
    imageAlt: 'Laboratory glassware with coloured liquids on a bench',
  },
  {
    slug: 'birdsong-map',
    title: 'Twelve thousand people listened for one minute. Here is what they heard',
    summary: 'The first map of the dawn chorus shows a city that is louder in the east, and a robin that works nights.',
    paragraphs: [
      'On the second Sunday in May, at ten to five in the morning, twelve thousand people opened their windows and held out a telephone. One minute each; 61 species.',
      'The map that the university has made of it shows blackbirds everywhere, swifts above the old town, and a silence around the ring road that is wider than the road. In three places robins sang all through the night, under street lamps. The lamps have been put on a timer since. The robins, a second count shows, have gone to bed.',
    ],
    authors: ['Ruth Amsel'],
    topic: 'Science',
    hoursAgo: 31,
    imageAlt: 'A robin singing on a branch before the rising sun',
  },
]
