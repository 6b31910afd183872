import type { SeedBook } from './book.ts'

export const VIETNAMESE: SeedBook = {
  slots: {
    theme: 'làm việc từ xa|tiệm bánh nhỏ|biến đổi khí hậu|sinh nhật con gái tôi|cà phê|tình bạn',
    subject: 'quang hợp|Cách mạng Pháp|lạm phát|hố đen|núi lửa',
    language: 'tiếng Anh|tiếng Pháp|tiếng Đức|tiếng Trung',
    role: 'hướng dẫn viên|cướp biển|giáo viên|bác sĩ',
    classes: 'tích cực, tiêu cực hay trung tính|thể thao, chính trị hay công nghệ',
  },
  texts: [
    'Cửa hàng mở cửa lúc chín giờ và đóng cửa lúc sáu giờ, trừ chủ nhật.',
    'Cuộc họp thứ ba được dời sang thứ năm vì Maria bị ốm.',
    'Điện thoại mới đẹp nhưng pin không dùng được nửa ngày.',
  ],
  before: '||||Xin chào, |Làm ơn ',
  after: '|||| Cảm ơn!| Ngắn gọn thôi.',
  templates: {
    rewrite: ['Viết lại đoạn này trang trọng hơn: {text}', 'Sửa lỗi: {text}', 'Diễn đạt lại câu: {text}'],
    summarization: ['Tóm tắt văn bản: {text}', 'Những ý chính là gì? {text}'],
    extraction: [
      'Trích xuất tên và ngày trong văn bản: {text}',
      'Công ty nào được nhắc đến trong văn bản? {text}',
    ],
    translation: ['Dịch sang {language}: {text}', '{language} nói thế nào: {text}'],
    classification: ['Đánh giá này là {classes}? {text}', 'Phân loại văn bản ({classes}): {text}'],
    brainstorm: ['Cho tôi {number} ý tưởng về {theme}.', 'Bạn có lời khuyên nào về {theme}?'],
    roleplay: ['Bạn là {role}. Hãy nói với tôi về {theme}.', 'Hãy đóng vai {role}.'],
    chat: ['Xin chào', 'Bạn khỏe không?', 'Chào buổi sáng', 'Cảm ơn nhiều', 'Bạn là ai?'],
    knowledge: [
      '{subject} là gì?',
      'Giải thích {subject}.',
      'Tại sao {subject} quan trọng?',
      'Ai phát hiện ra {subject}?',
    ],
    writing: ['Viết một câu chuyện về {theme}.', 'Viết bài thơ về {theme}.', 'Viết email về {theme}.'],
    reasoning: ['An cao hơn Bình, Bình cao hơn Chi. Ai thấp nhất?'],
    code: ['Viết hàm Python đếm nguyên âm.'],
    math: ['{number}7 nhân 12 bằng bao nhiêu?', 'Giải phương trình 3x + {number} = 20.'],
  },
}
