import type { SeedBook } from './book.ts'

export const ITALIAN: SeedBook = {
  slots: {
    theme:
      "il lavoro da casa|una piccola panetteria|il cambiamento climatico|il compleanno di mia figlia|il caffè|l'amicizia",
    subject: "la fotosintesi|la Rivoluzione francese|l'inflazione|un buco nero|il vulcano",
    language: 'inglese|francese|tedesco|cinese',
    role: 'una guida turistica|un pirata|un professore|un medico',
    classes: 'positivo, negativo o neutro|sport, politica o tecnologia',
  },
  texts: [
    'Il nostro negozio apre alle nove e chiude alle sei, tranne la domenica.',
    'La riunione di martedì è spostata a giovedì perché Maria è malata.',
    'Il nuovo telefono è bello, ma la batteria non dura mezza giornata.',
  ],
  before: '||||Per favore, |Ciao, ',
  after: '|||| Grazie!| In breve.',
  templates: {
    rewrite: [
      'Riscrivi questo testo in modo più formale: {text}',
      'Correggi gli errori: {text}',
      'Riformula la frase: {text}',
    ],
    summarization: ['Riassumi il testo: {text}', 'Quali sono i punti chiave? {text}'],
    extraction: ['Estrai nomi e date dal testo: {text}', 'Quale azienda è citata nel testo? {text}'],
    translation: ['Traduci in {language}: {text}', 'Come si dice in {language}: {text}'],
    classification: ['Questa recensione è {classes}? {text}', 'Classifica il testo ({classes}): {text}'],
    brainstorm: ['Dammi {number} idee per {theme}.', 'Che consigli hai per {theme}?'],
    roleplay: ['Sei {role}. Parlami di {theme}.', 'Fai finta di essere {role}.'],
    chat: ['Ciao', 'Come stai?', 'Buongiorno!', 'Grazie mille', 'Chi sei?'],
    knowledge: [
      "Che cos'è {subject}?",
      'Spiega {subject}.',
      'Perché {subject} è importante?',
      'Chi ha scoperto {subject}?',
    ],
    writing: [
      'Scrivi una storia su {theme}.',
      'Scrivi una poesia su {theme}.',
      "Scrivi un'e-mail su {theme}.",
    ],
    reasoning: ['Anna è più alta di Bea, Bea è più alta di Carla. Chi è la più bassa?'],
    code: ['Scrivi una funzione Python che conta le vocali.'],
    math: ['Quanto fa {number}7 per 12?', "Risolvi l'equazione 3x + {number} = 20."],
  },
}
