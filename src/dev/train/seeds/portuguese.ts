import type { SeedBook } from './book.ts'

export const PORTUGUESE: SeedBook = {
  slots: {
    theme:
      'o trabalho remoto|uma padaria|as mudanças climáticas|o aniversário da minha filha|comida saudável|uma viagem à Noruega|o café|a amizade',
    subject: 'a fotossíntese|a Revolução Francesa|a inflação|um buraco negro|o sistema imunológico|um vulcão',
    language: 'inglês|francês|alemão|chinês',
    role: 'um guia de turismo|um pirata|um professor|um médico',
    classes: 'positivo, negativo ou neutro|esporte, política ou tecnologia',
  },
  texts: [
    'Nossa loja abre às nove e fecha às seis, menos aos domingos.',
    'A reunião de terça passou para quinta porque a Maria está doente.',
    'acho que nós não pode entregar antes de sexta',
    'O celular novo é bonito, mas a bateria não dura meio dia.',
  ],
  before: '||||Por favor, |Olá, ',
  after: '|||| Obrigado!| Seja breve.',
  templates: {
    rewrite: [
      'Reescreva este texto de modo mais formal: {text}',
      'Corrija os erros: {text}',
      'Reformule a frase: {text}',
      'Melhore o parágrafo: {text}',
    ],
    summarization: [
      'Resuma este texto: {text}',
      'Quais são os pontos principais? {text}',
      'Faça um resumo.\n{text}',
    ],
    extraction: [
      'Extraia nomes e datas do texto: {text}',
      'Que empresa é citada no texto? {text}',
      'Segundo o texto, quando foi? {text}',
    ],
    translation: ['Traduza para {language}: {text}', 'Como se diz em {language}: {text}'],
    classification: [
      'Esta opinião é {classes}? {text}',
      'Classifique o texto ({classes}): {text}',
      'A que categoria pertence? {text}',
    ],
    brainstorm: [
      'Me dê {number} ideias para {theme}.',
      'Que dicas você tem para {theme}?',
      'Sugira nomes para {theme}.',
    ],
    roleplay: ['Você é {role}. Fale comigo sobre {theme}.', 'Finja que é {role}.', 'Aja como {role}.'],
    chat: ['Oi', 'Tudo bem?', 'Bom dia!', 'Muito obrigado', 'Quem é você?', 'Estou entediado'],
    knowledge: [
      'O que é {subject}?',
      'Explique {subject}.',
      'Por que {subject} é importante?',
      'Como funciona {subject}?',
      'Quem descobriu {subject}?',
    ],
    writing: [
      'Escreva uma história sobre {theme}.',
      'Escreva um poema sobre {theme}.',
      'Redija um e-mail sobre {theme}.',
      'Escreva uma redação sobre {theme}.',
    ],
    reasoning: [
      'Ana é mais alta que Bia, Bia é mais alta que Caio. Quem é o mais baixo?',
      'Anteontem foi sexta. Que dia é amanhã?',
    ],
    code: ['Escreva uma função em Python que conte vogais.', 'Como ordenar um array em JavaScript?'],
    math: [
      'Quanto é {number}7 vezes 12?',
      'Resolva a equação 3x + {number} = 20.',
      'Quanto custam 12 canetas a {number} reais?',
    ],
  },
}
