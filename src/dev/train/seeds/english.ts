import { joinTemplates, type SeedBook } from './book.ts'
import { ENGLISH_FACTS } from './english-facts.ts'
import { ENGLISH_OPEN } from './english-open.ts'
import { ENGLISH_ORDERS } from './english-orders.ts'
import { ENGLISH_TECHNICAL } from './english-technical.ts'
import { ENGLISH_TEXT_WORK } from './english-text-work.ts'
import { ENGLISH_TEXTS } from './english-texts.ts'

export const ENGLISH: SeedBook = {
  slots: {
    theme:
      "remote work|a small bakery|climate change|my daughter's birthday|healthy eating|a trip to Norway|public libraries|learning the guitar|electric cars|a community garden|moving to a new city|cyber security at home|saving money|a science fair|our new fitness app|rainy Sundays|the importance of sleep|a lost dog|team meetings|online courses|an eco-friendly water bottle|school uniforms|coffee|friendship|the night market|a retirement party|artificial intelligence in hospitals|noise in the office|recycling|a robot that learns to paint|hiring a Java developer|a coding bootcamp|a translation agency|our math club|a course on data bases|the role of women in physics|a summary service for busy people",
    subject:
      'photosynthesis|the French Revolution|inflation|black holes|the Silk Road|quantum entanglement|the immune system|plate tectonics|the Ottoman Empire|compound interest|machine learning|Impressionism|the water cycle|DNA replication|supply and demand|the Cold War|vaccines|nuclear fusion|the Great Wall|stoicism|blood pressure|jet engines|the stock market|antibiotics|the Amazon river|contract law|volcanoes|Beethoven|the Internet protocol|cognitive dissonance',
    language:
      'French|Spanish|German|Chinese|Japanese|English|Korean|Italian|Russian|Portuguese|Arabic|Traditional Chinese|Dutch|Hindi|Swedish',
    role: 'a job interviewer|a travel guide|a pirate captain|Sherlock Holmes|a strict math teacher|a medieval knight|my personal trainer|a Linux terminal|a grumpy cat|Albert Einstein|a customer of my shop|a therapist|a stand-up comedian|an English teacher|a doctor|a time traveller from 2300|Cleopatra|a wise old wizard|a real estate agent|a philosopher|the captain of a starship|Shakespeare|a chess coach|a tree in the forest',
    classes:
      'positive, negative or neutral|sports, politics, business or technology|spam or not spam|urgent and not urgent|fruit, vegetable, animal|fact or opinion|formal or informal|question, complaint or praise|fiction, non-fiction|noun, verb, adjective',
  },
  texts: [
    ...ENGLISH_TEXTS,
    'Our shop opens at nine and closes at six, except on Sundays when we are closed all day.',
    'The meeting on Tuesday was moved to Thursday because Maria is ill; Tom will send the new invitation and book room 12.',
    'i dont think we can delivers the order before friday becuase the supplier have not answer us',
    'The new phone looks great, but the battery hardly lasts half a day and support never called me back.',
    'Researchers at the University of Leeds followed 4,200 adults for ten years and found that those who walked daily slept longer and reported less stress, although diet explained part of the effect.',
    'Dear Ms. Chen, thank you for your order of 20 chairs (no. 4471) of 3 May. The total of $1,240 is due by 1 June. Kind regards, Paul Weber, Weber Furniture, Hamburg',
    'The quick brown fox jumps over the lazy dog.',
    'She was tired. She went home. She did not eat. She slept until noon.',
    'Apple, carrot, tiger, banana, potato, lion',
    'It was the best meal I have had in years, and the waiter even remembered our names!',
    'Rivers carry sediment from mountains to the sea. Where the current slows, the sediment settles and over centuries builds deltas, which are fertile but prone to flooding.',
    'We are pleased to announce that Anna Silva will join our company as chief financial officer on 1 September 2023. She previously worked at Banco Norte in Lisbon.',
    'The movie was boring and far too long.',
    'Give me the report now.',
    'Customer: my parcel has not arrived. Agent: I am sorry, may I have your number? Customer: 88-1204. Agent: It will be there tomorrow.',
    'The teacher asked the pupils to write an essay, translate a poem and solve two equations before lunch.',
    'Our engineers rewrote the Python code of the server, which had crashed after the database update in 2021; since then 98 percent of requests succeed.',
    'The singer, six times winner of the prize, performed the anthem while an actor translated it into sign language. Three halftime shows were seen by 110 million people.',
    'Skilled in Java and SQL, three years of experience, looking for a job in Berlin.',
    'Between 1990 and 2005 the forest lost 210,000 square kilometres, half of it to cattle.',
    'Who should I ask about the invoice? Please act soon, you are late.',
    'How to describe the feeling? I would call it joy.',
  ],
  before:
    "|||||||||||||Hi, |Hello! |Please |Could you |I need your help. |Can you please help me with this? |I am preparing for an exam. |Quick question: |For my job, I have the following task. |I'm new to this. ||Hey there, ",
  after:
    '|||||||||||| Thanks!| Thank you in advance.| Keep it under 100 words.| Use simple language.| Explain your choices.| Please be concise.| Give the answer as a list.| Use bullet points.| Make it detailed.| Answer in a table.| Do not use more than three sentences.| Be creative.| It should be easy to understand.| My boss will read it.',
  templates: joinTemplates(ENGLISH_TEXT_WORK, ENGLISH_OPEN, ENGLISH_TECHNICAL, ENGLISH_FACTS, ENGLISH_ORDERS),
}
