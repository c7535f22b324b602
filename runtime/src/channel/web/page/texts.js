// The widget's own words. Whatever the bot says comes from the host in the visitor's language.
const TEXTS = {
  en: {
    open: "Open the chat", close: "Close the chat", log: "Conversation with {bot}", write: "Write a message",
    send: "Send", you: "You", said: "{who}:", connecting: "Connecting…",
    offline: "No connection. What you write is kept and sent as soon as there is one.",
    back: "Connected again", sending: "Sending…", unsent: "Not sent", again: "Send again", typing: "{who} is typing…",
    today: "Today", yesterday: "Yesterday", earlier: "Show earlier messages", choices: "Choices",
    suggestions: "Suggested answers", cards: "Cards", map: "Show on the map", place: "Location",
    file: "File", call: "Call", newTab: "opens in a new tab", tooLong: "This is too long: at most 10,000 characters.",
    busy: "There is a lot to do at the moment. It is sent again shortly.", unread: "New messages", online: "Online",
    colleague: "is with you", empty: "Write to us. We are glad to help.", picture: "Picture",
  },
  ro: {
    open: "Deschide conversația", close: "Închide conversația", log: "Conversație cu {bot}", write: "Scrieți un mesaj",
    send: "Trimite", you: "Dumneavoastră", said: "{who}:", connecting: "Se conectează…",
    offline: "Nu există conexiune. Ce scrieți se păstrează și se trimite imediat ce revine.",
    back: "Conexiunea a revenit", sending: "Se trimite…", unsent: "Netrimis", again: "Trimite din nou",
    typing: "{who} scrie…", today: "Astăzi", yesterday: "Ieri", earlier: "Arată mesajele anterioare",
    choices: "Opțiuni", suggestions: "Răspunsuri sugerate", cards: "Fișe", map: "Arată pe hartă", place: "Loc",
    file: "Fișier", call: "Sună", newTab: "se deschide într-o filă nouă",
    tooLong: "Este prea lung: cel mult 10.000 de caractere.",
    busy: "Este mult de lucru acum. Se trimite din nou în curând.", unread: "Mesaje noi", online: "Conectat",
    colleague: "este alături de dumneavoastră", empty: "Scrieți-ne. Vă ajutăm cu plăcere.", picture: "Imagine",
  },
  ru: {
    open: "Открыть чат", close: "Закрыть чат", log: "Разговор с {bot}", write: "Напишите сообщение",
    send: "Отправить", you: "Вы", said: "{who}:", connecting: "Соединение…",
    offline: "Нет соединения. Всё, что вы напишете, сохранится и уйдёт, как только оно появится.",
    back: "Соединение восстановлено", sending: "Отправляется…", unsent: "Не отправлено", again: "Отправить снова",
    typing: "{who} печатает…", today: "Сегодня", yesterday: "Вчера", earlier: "Показать более ранние сообщения",
    choices: "Варианты", suggestions: "Варианты ответа", cards: "Карточки", map: "Показать на карте", place: "Место",
    file: "Файл", call: "Позвонить", newTab: "откроется в новой вкладке",
    tooLong: "Слишком длинно: не больше 10 000 знаков.",
    busy: "Сейчас очень много обращений. Скоро отправим ещё раз.", unread: "Новые сообщения", online: "На связи",
    colleague: "с вами на связи", empty: "Напишите нам. Мы рады помочь.", picture: "Изображение",
  },
};

// The words in the first language of the browser that there are words in.
function textsFor(languages) {
  for (const language of languages) {
    const code = String(language || "").toLowerCase().split("-")[0];
    if (Object.hasOwn(TEXTS, code)) return { code, ...TEXTS[code] };
  }
  return { code: "en", ...TEXTS.en };
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
}
