/**
 * Skicka's chat window: one classic script that defines `<skicka-chat>`.
 *
 *   <script async src="https://chat.example.com/chat.js"></script>
 *   <skicka-chat></skicka-chat>
 *
 * Attributes: `server` (the script's own origin), `lang` (the page's), `mode` (`float`, `inline`
 * or `page`), `open`, `heading`, `theme` (`light`, `dark`), `page-url`. A click on anything that
 * carries `data-skicka-open` opens the window, as does `SkickaChat.open({ identity, lang, page })`.
 * Tells the host page by `skicka:ready`, `skicka:open`, `skicka:close`, `skicka:status`,
 * `skicka:unread`, `skicka:message`, and `skicka:identity` when a customer's identity is no good
 * any more: the page gives a fresh one to `detail.renew(identity)`.
 *
 * Invariants: what came from the wire becomes text nodes only, so the page's policy may forbid
 * inline script, inline style and every trusted type. A frame leaves the outbox only when the
 * server acked or refused it. The log shows the server's (masked) text as soon as it exists.
 */
(() => {
  'use strict';

  // ---------------------------------------------------------------------------------- words

  const LANGUAGES = ['sv', 'fi', 'en'];

  /** Each text in these languages. `{}` is a number or a name; before `|` stands what is said of one. */
  const TEXTS = {
    name: ['Svenska', 'Suomi', 'English'],
    heading: ['Kundtjänst', 'Asiakaspalvelu', 'Customer service'],
    open: ['Öppna chatten', 'Avaa chat', 'Open the chat'],
    close: ['Stäng chatten', 'Sulje chat', 'Close the chat'],
    unread: ['1 oläst meddelande|{} olästa meddelanden', '1 lukematon viesti|{} lukematonta viestiä', '1 unread message|{} unread messages'],
    language: ['Språk', 'Kieli', 'Language'],
    more: ['Fler val', 'Lisää valintoja', 'More choices'],
    restart: ['Börja om', 'Aloita alusta', 'Start over'],
    end: ['Avsluta samtalet', 'Lopeta keskustelu', 'End the conversation'],
    endAsk: ['Vill du avsluta samtalet?', 'Haluatko lopettaa keskustelun?', 'End the conversation?'],
    cancel: ['Avbryt', 'Peruuta', 'Cancel'],
    log: ['Meddelanden', 'Viestit', 'Messages'],
    you: ['Du', 'Sinä', 'You'],
    assistant: ['Assistenten', 'Avustaja', 'Assistant'],
    colleague: ['Kundrådgivare', 'Asiakaspalvelija', 'Adviser'],
    bot: ['Bot', 'Botti', 'Bot'],
    person: ['Människa', 'Ihminen', 'Person'],
    field: ['Skriv ditt meddelande', 'Kirjoita viestisi', 'Write your message'],
    placeholder: ['Skriv här …', 'Kirjoita tähän …', 'Write here …'],
    send: ['Skicka', 'Lähetä', 'Send'],
    human: ['Prata med en människa', 'Juttele ihmisen kanssa', 'Talk to a person'],
    choices: ['Svarsalternativ', 'Vastausvaihtoehdot', 'Answers'],
    chosen: ['valt', 'valittu', 'chosen'],
    typing: ['{} skriver', '{} kirjoittaa', '{} is typing'],
    fresh: ['Nya meddelanden', 'Uusia viestejä', 'New messages'],
    sending: ['Skickar …', 'Lähetetään …', 'Sending …'],
    sent: ['Levererat', 'Toimitettu', 'Delivered'],
    seen: ['Läst', 'Luettu', 'Read'],
    failed: ['Inte skickat', 'Ei lähetetty', 'Not sent'],
    retry: ['Försök igen', 'Yritä uudelleen', 'Try again'],
    remove: ['Ta bort', 'Poista', 'Remove'],
    queued: ['Du står i kö för att prata med en människa.', 'Odotat vuoroasi jutella ihmisen kanssa.', 'You are waiting for a person.'],
    queue: ['Du står i kö, plats {}.', 'Paikkasi jonossa: {}.', 'You are number {} in the queue.'],
    wait: ['Väntetid ungefär {} min.', 'Odotusaika noin {} min.', 'The wait is about {} min.'],
    joined: ['{} har anslutit sig.', '{} liittyi keskusteluun.', '{} has joined.'],
    with: ['Du chattar med {}.', 'Kanssasi keskustelee {}.', 'You are talking to {}.'],
    back: ['Boten svarar igen.', 'Botti vastaa taas.', 'The bot answers again.'],
    ended: ['Samtalet är avslutat.', 'Keskustelu on päättynyt.', 'The conversation has ended.'],
    offline: ['Ingen är på plats just nu. Ditt ärende är sparat.', 'Kukaan ei ole nyt paikalla. Asiasi on tallessa.', 'Nobody is available right now. Your question is saved.'],
    again: ['Starta ett nytt samtal', 'Aloita uusi keskustelu', 'Start a new conversation'],
    connecting: ['Ansluter …', 'Yhdistetään …', 'Connecting …'],
    lost: ['Kontakten bröts. Vi försöker igen.', 'Yhteys katkesi. Yritämme uudelleen.', 'The connection was lost. We are trying again.'],
    found: ['Kontakten är tillbaka.', 'Yhteys palautui.', 'Connected again.'],
    prove: ['Logga in på nytt för att fortsätta samtalet.', 'Jatka keskustelua kirjautumalla uudelleen.', 'Sign in again to continue the conversation.'],
    stopped: ['Chatten kunde inte ansluta.', 'Chattiin ei saatu yhteyttä.', 'The chat could not connect.'],
    too_long: ['Meddelandet är för långt. Det får ha högst {} tecken.', 'Viesti on liian pitkä. Enimmäispituus on {} merkkiä.', 'The message is too long: at most {} characters.'],
    rate_limited: ['Det gick lite fort. Vi skickar igen om {} s.', 'Viestejä tuli vähän nopeasti. Lähetämme uudelleen {} s kuluttua.', 'A little too fast. We will send it again in {} s.'],
    expired_choice: ['Det valet gäller inte längre.', 'Valinta ei ole enää voimassa.', 'That choice no longer counts.'],
    unavailable: ['Just nu går det inte att skicka. Vi försöker igen.', 'Lähettäminen ei juuri nyt onnistu. Yritämme uudelleen.', 'Sending does not work. We will try again.'],
    refused: ['Det gick tyvärr inte.', 'Se ei onnistunut.', 'That did not work.'],
    left: ['{} tecken kvar', '{} merkkiä jäljellä', '{} characters left'],
    worst: ['Mycket missnöjd', 'Erittäin tyytymätön', 'Very unhappy'],
    best: ['Mycket nöjd', 'Erittäin tyytyväinen', 'Very happy'],
    score: ['{} av 5', '{}/5', '{} of 5'],
    comment: ['Vill du berätta mer? (frivilligt)', 'Kerro lisää (vapaaehtoinen)', 'Anything to add? (optional)'],
    rate: ['Skicka betyg', 'Lähetä arvosana', 'Send rating'],
    rated: ['Tack! Du gav betyget {} av 5.', 'Kiitos! Annoit arvosanan {}/5.', 'Thank you! You gave {} of 5.'],
    tab: ['öppnas i en ny flik', 'avautuu uuteen välilehteen', 'opens in a new tab'],
    save: ['Ladda ner samtalet', 'Lataa keskustelu', 'Download the conversation'],
    attach: ['Bifoga en fil', 'Liitä tiedosto', 'Attach a file'],
    file_large: ['Filen är för stor. Den får vara högst {} MB.', 'Tiedosto on liian suuri. Enimmäiskoko on {} Mt.', 'The file is too large: at most {} MB.'],
    file_kind: ['Den sortens fil kan vi inte ta emot.', 'Tällaista tiedostoa emme voi ottaa vastaan.', 'We cannot take such files.'],
    agree: ['Jag godkänner', 'Hyväksyn', 'I agree'],
    privacy: ['Så behandlar vi dina uppgifter', 'Näin käsittelemme tietojasi', 'How we handle your data'],
    before: ['Innan vi börjar', 'Ennen kuin aloitamme', 'Before we begin'],
  };

  const spoken = (text) => (text.includes('{}') ? (what) => text.split('|').at(what === 1 ? 0 : -1).replace('{}', () => what) : text);
  /** Language → name → text, or what makes the text. */
  const WORDS = Object.fromEntries(LANGUAGES.map((lang, n) => [lang,
    Object.fromEntries(Object.entries(TEXTS).map(([name, texts]) => [name, spoken(texts[n])]))]));

  // ---------------------------------------------------------------------------------- style

  const LIGHT = `--a:var(--skicka-accent,#0b5f4e);--on-a:var(--skicka-on-accent,#fff);
--s:var(--skicka-surface,#fff);--t:var(--skicka-text,#14211d);--soft:var(--skicka-bubble,#eef3f1);
--m:var(--skicka-muted,#4d5d57);--l:var(--skicka-line,#d3dcd8);--edge:#6b7b75;
--hd:var(--skicka-head,var(--a));--on-hd:var(--skicka-on-head,var(--on-a));--p:#fdeed6;--p-t:#3a2a0c;--bad:#a3261c;--warn:#fff6e3;--shade:#0b1f1a40;color-scheme:light`;
  const DARK = `--a:var(--skicka-accent-dark,#5fd3b3);--on-a:var(--skicka-on-accent-dark,#04231b);
--s:var(--skicka-surface-dark,#111916);--t:var(--skicka-text-dark,#e9f0ed);--soft:var(--skicka-bubble-dark,#202c28);
--m:var(--skicka-muted-dark,#a9b8b2);--l:var(--skicka-line-dark,#34423d);--edge:#84958d;
--hd:var(--skicka-head-dark,#123a31);--on-hd:var(--skicka-on-head-dark,#e9f6f1);--p:#3d3018;--p-t:#fbe9c9;--bad:#ffa79e;--warn:#33290f;--shade:#0009;color-scheme:dark`;

  const CSS = `
:host{${LIGHT};overflow-wrap:anywhere;font:16px/1.45 var(--skicka-font,system-ui,sans-serif);text-align:start;-webkit-text-size-adjust:100%}
@media (prefers-color-scheme:dark){:host(:not([theme=light])){${DARK}}}
:host([theme=dark]){${DARK}}
:host([mode=inline]){display:block;height:640px;max-height:100%}
:host([mode=page]){display:block;position:fixed;inset:0;--side:max(12px,50% - 400px)}
:host([hidden]){display:none}
*,::before,::after{box-sizing:border-box}
button,textarea,input{font:inherit;color:inherit}
button{cursor:pointer;border:0;background:none;padding:0;min-height:44px;min-width:44px;touch-action:manipulation}
:focus-visible{outline:3px solid var(--a);outline-offset:2px;border-radius:8px}
[hidden]{display:none!important}
svg{width:22px;height:22px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round;flex:none;display:block}
.sr,.same .who{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.launcher,dialog.panel{position:fixed;inset:var(--skicka-inset,auto 20px 20px auto);z-index:var(--skicka-z,2147483000)}
.launcher{margin:env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left);width:60px;height:60px;border-radius:50%;background:var(--a);color:var(--on-a);display:grid;place-items:center;
 box-shadow:0 6px 24px var(--shade)}
.launcher svg{width:28px;height:28px}
.badge{position:absolute;top:-4px;right:-4px;min-width:24px;height:24px;padding:0 6px;border-radius:12px;background:#b3261e;color:#fff;font-size:14px;line-height:24px}
.panel{border:1px solid var(--l);padding:0;margin:0;background:var(--s);color:var(--t);overflow:hidden;overflow:clip;max-width:none;max-height:none}
.panel[open],section.panel{display:flex;flex-direction:column}
dialog.panel{width:min(400px,calc(100vw - 40px));
 height:min(680px,calc(100dvh - 40px));border-radius:var(--skicka-radius,18px);box-shadow:0 16px 48px var(--shade)}
section.panel{height:100%;border-radius:var(--skicka-radius,18px)}
dialog.panel.full{inset:0;width:100vw;height:100dvh}
.panel.full{border:0;border-radius:0;padding:env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left)}
.head{display:flex;align-items:center;gap:4px;padding:6px 6px 6px 16px;background:var(--hd);color:var(--on-hd);position:relative;flex:none}
.head :focus-visible{outline-color:var(--on-hd);outline-offset:-4px}
h2{font-size:17px;line-height:1.25;font-weight:650;margin:0;flex:1;min-width:0}
.head button{display:flex;align-items:center;justify-content:center;gap:2px;padding:0 6px;border-radius:10px;font-weight:600;font-size:14px}
.head>button:hover{opacity:.8}
.menu{position:absolute;top:calc(100% + 4px);right:8px;z-index:2;min-width:200px;padding:6px;border-radius:12px;border:1px solid var(--l);background:var(--s);color:var(--t);box-shadow:0 10px 30px var(--shade);display:grid}
.menu button{justify-content:flex-start;padding:0 12px;font-weight:400;font-size:16px;text-align:start}
.menu :focus-visible{outline-color:var(--a)}
.menu [aria-pressed=true]::after{content:"✓";margin-inline-start:auto}
.strip{padding:9px 16px;background:var(--warn);color:var(--t);font-size:14px;border-bottom:1px solid var(--l);display:flex;gap:4px 12px;align-items:center;flex-wrap:wrap;flex:none}
.strip>span{flex:1 1 20ch}.sure>span{flex-basis:100%}
.strip button,.acts button{font-weight:600;color:var(--a);padding:0 10px;border-radius:10px;text-decoration:underline;text-underline-offset:3px}
.wrap{position:relative;flex:1;min-height:0;display:flex}
.log{position:relative;flex:1;min-height:0;overflow-y:auto;overscroll-behavior:contain;padding:14px var(--side,14px) 6px;display:flex;flex-direction:column;gap:3px}
.log:focus-visible{outline-offset:-3px}
.log::before{content:"";margin-top:auto}
.msg{max-width:88%;align-self:flex-start;margin-top:10px;animation:in .18s}
.msg.same{margin-top:1px}
.msg.visitor{align-self:flex-end;display:grid;justify-items:end}
.who{display:flex;align-items:center;flex-wrap:wrap;gap:2px 7px;font-size:13px;color:var(--m);margin:0 2px 4px}
.who b{color:var(--t);font-weight:650}
.tag{display:inline-flex;align-items:center;gap:4px;border:1px solid var(--edge);border-radius:99px;padding:0 8px 0 6px;font-size:12px;line-height:18px;color:var(--t)}
.tag svg{width:13px;height:13px}
.agent .tag{background:var(--p);color:var(--p-t);border-color:currentColor}
.bubble{padding:9px 13px;border-radius:16px;background:var(--soft);color:var(--t);white-space:pre-wrap;border:1px solid transparent}
.bot .bubble,.agent .bubble{border-start-start-radius:5px}
.agent .bubble{background:var(--p);color:var(--p-t)}
.visitor .bubble{background:var(--a);color:var(--on-a);border-start-end-radius:5px}
.pending .bubble{background:var(--s);color:var(--t);border:1px dashed var(--a)}
.failed .bubble{border:1px solid var(--bad)}
.state{font-size:13px;color:var(--m);margin:2px 4px 0}
.failed .state{color:var(--bad)}
.links{list-style:none;margin:6px 0 0;padding:0;display:grid;gap:2px}
.links a,.links button{display:inline-flex;gap:6px;text-decoration:underline;align-items:center;min-height:44px;color:var(--a);font-weight:600;text-underline-offset:3px}
.choices{display:flex;flex-wrap:wrap;gap:8px;margin-top:8px}
.choice{padding:8px 16px;border:1.5px solid var(--a);border-radius:22px;color:var(--a);background:var(--s);font-weight:600;text-align:start}
.choice:hover{background:var(--soft)}
.choice[aria-disabled]{border-color:var(--l);color:var(--m);background:none;cursor:default;font-weight:400}
.choice.taken{border-color:var(--a);color:var(--t);background:var(--soft);font-weight:600}
.choice.taken::before{content:"✓ "}
.line{align-self:center;text-align:center;font-size:13px;color:var(--m);padding:10px 8px 4px}
.typing{padding:4px 16px 8px;font-size:14px;color:var(--m);display:flex;gap:8px;align-items:center;flex:none}
.dots{display:inline-flex;gap:4px}
.dots i{width:6px;height:6px;border-radius:50%;background:currentColor;animation:dot 1.2s infinite}
.dots i:nth-child(2){animation-delay:.15s}.dots i:nth-child(3){animation-delay:.3s}
.fresh{position:absolute;bottom:8px;left:50%;transform:translateX(-50%);background:var(--a);color:var(--on-a);border-radius:22px;padding:0 16px;font-weight:600;font-size:14px;box-shadow:0 4px 14px var(--shade);white-space:nowrap}
.foot{border-top:1px solid var(--l);padding:8px var(--side,12px) 12px;flex:none;display:grid;gap:8px}
.notice{font-size:14px;color:var(--bad);margin:0}
.row{display:flex;gap:8px;align-items:flex-end}
.rating{display:grid;gap:8px}
textarea,input[type=text]{flex:1;min-width:0;width:100%;min-height:46px;max-height:140px;padding:10px 14px;border:1.5px solid var(--edge);border-radius:16px;background:var(--s);color:var(--t);resize:none;line-height:1.45}
::placeholder{color:var(--m);opacity:1}
textarea:focus-visible{outline-offset:0;border-radius:16px}
.send{width:46px;height:46px;border-radius:50%;background:var(--a);color:var(--on-a);display:grid;place-items:center;flex:none}
.launcher:focus-visible,.send:focus-visible{border-radius:50%}
.clip{height:46px;display:grid;place-items:center;flex:none;color:var(--a);border-radius:50%}
.upload{display:flex;align-items:center;gap:8px;font-size:14px}.upload>span{flex:1;min-width:0}
progress{flex:1;min-width:0;accent-color:var(--a)}
.send[aria-disabled]{background:var(--soft);color:var(--m)}
.gate{flex:1;min-height:0;overflow-y:auto;padding:20px 16px;display:grid;gap:14px;align-content:center}
.gate p{margin:0;white-space:pre-wrap}.gate h3{margin:0;font-size:17px}
.asking .wrap,.asking .foot,.asking .typing,.asking [part=status]{display:none}
.privacy{font-size:13px;color:var(--m);min-height:24px;text-underline-offset:3px}
.gate .privacy{font-size:15px;color:var(--a)}
.human{justify-self:start;display:flex;align-items:center;gap:8px;color:var(--a);font-weight:600;font-size:15px;padding:0 12px 0 8px;border-radius:10px;text-align:start}
.human:hover,.menu button:hover{background:var(--soft)}
.human[aria-disabled]{color:var(--m);cursor:default}
.main{background:var(--a);color:var(--on-a);border-radius:22px;font-weight:600;padding:10px 20px;width:100%}
.foot>div:not([hidden])~.main{background:none;color:var(--a)}
.count{font-size:13px;color:var(--m);text-align:end}
fieldset{border:0;margin:0;padding:0;min-width:0}
legend{font-weight:600;padding:0 0 8px}
.scores{display:flex;gap:6px}
.scores label{flex:1;position:relative}
.scores input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:pointer}
.scores span{display:grid;place-items:center;min-height:46px;border:1.5px solid var(--edge);border-radius:12px;font-weight:600}
.scores input:checked+span{background:var(--a);color:var(--on-a);border-color:var(--a)}
.scores input:focus-visible+span{outline:3px solid var(--a);outline-offset:2px}
.ends{display:flex;justify-content:space-between;font-size:13px;color:var(--m);padding:4px 2px 8px}
@keyframes in{from{transform:translateY(8px)}}
@keyframes dot{0%,60%,100%{opacity:.3}30%{opacity:1}}
@media (prefers-reduced-motion:reduce){*,::before,::after{animation:none!important;transition:none!important}}
@media (prefers-contrast:more){:host{--m:var(--t);--l:var(--t);--edge:var(--t)}}
@media (forced-colors:active){.launcher,.send,.main,.bubble,.fresh,.badge{border:1px solid}.dots i{background:CanvasText}
 .choice.taken,.scores input:checked+span{forced-color-adjust:none;background:Highlight;color:HighlightText}.choice[aria-disabled]:not(.taken){color:GrayText}}
@media (max-height:419.98px){.panel{overflow-y:auto}.wrap{flex:1 0 120px}.wrap:has(~.foot>div:not([hidden])){flex-basis:60px}}`;

  const ICONS = {
    chat: 'M21 12a8 8 0 0 1-8 8H4l1.8-3A8 8 0 1 1 21 12ZM9.5 10.5h7M9.5 14h4.5',
    close: 'M6 6l12 12M18 6 6 18', down: 'M6 9l6 6 6-6',
    dots: 'M12 4.5v1M12 11.5v1M12 18.5v1', send: 'M4 12l16-8-5 16-3-7-8-1Z',
    bot: 'M5 9h14v10H5zM12 9V5M9.5 13.5v1M14.5 13.5v1M2.5 13v3M21.5 13v3',
    clip: 'M8 14l7-7a2 2 0 0 1 3 3l-8 8a4 4 0 0 1-6-6l8-8',
    person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4 21a8 8 0 0 1 16 0',
  };

  /**
   * Makes an element. `on…` props are listeners, known properties are set, the rest are attributes.
   * @param {string} tag @param {Object<string, unknown>} [props] @param {...(Node|string)} kids
   */
  const h = (tag, props = {}, ...kids) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
      if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
      else if (name in node && name !== 'part') node[name] = value;
      else node.setAttribute(name, value);
    }
    node.append(...kids);
    return node;
  };

  /** Hands over a file to be kept. @param {Blob} blob @param {string} name */
  const saveAs = (blob, name) => {
    const link = h('a', { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };

  const icon = (name) => {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    const path = document.createElementNS(svg.namespaceURI, 'path');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('aria-hidden', 'true');
    path.setAttribute('d', ICONS[name]);
    svg.append(path);
    return svg;
  };

  // -------------------------------------------------------------------------------- speaker

  /** The language of a tag, if the window speaks it. */
  const known = (tag) => {
    const short = (tag || '').slice(0, 2).toLowerCase();
    return LANGUAGES.includes(short) ? short : null;
  };

  /** Says every text of the window, and says it again when the language changes. */
  class Speaker {
    /** node → { property: what to do again } */
    #said = new WeakMap();

    constructor(lang) {
      this.lang = lang;
    }

    get words() {
      return WORDS[this.lang];
    }

    /** Times and dates as they are written here, and as the console writes them. */
    get locale() {
      return this.lang === 'en' ? 'en-GB' : `${this.lang}-FI`;
    }

    /** @template {Element} T @param {T} node @param {(words: object) => string} words @returns {T} */
    say(node, words, into = 'textContent') {
      const put = () => {
        const text = words(this.words);
        if (into in node) node[into] = text;
        else node.setAttribute(into, text);
      };
      this.#said.set(node, { ...this.#said.get(node), [into]: put });
      node.dataset.w = '';
      put();
      return node;
    }

    again(node) {
      for (const put of Object.values(this.#said.get(node) || {})) put();
    }

    /** A button with a text, or with an icon alone and the text as its name. */
    button(words, onclick, { name = '', glyph, bare = false } = {}) {
      const node = h('button', { type: 'button', ...(onclick && { onclick }), ...(name && { className: name, part: name }) });
      if (glyph) node.append(icon(glyph));
      if (bare) this.say(node, words, 'aria-label');
      else node.append(this.say(h('span'), words));
      return node;
    }
  }

  // --------------------------------------------------------------------------------- memory

  /** What outlives a reload: who we are, where we were, and frames that nobody acked yet. */
  class Memory {
    /** @param {string} server */
    constructor(server) {
      this.key = `skicka:${server}`;
      /** Nothing is stored before the server said that it needs no consent, or the customer gave it. */
      this.allowed = false;
      this.waiting = new Map();
      try {
        this.store = window.localStorage;
        this.store.getItem(this.key);
      } catch {
        // Storage may be forbidden; then a reload starts anew, and that is all that is lost.
        this.store = null;
      }
    }

    /** From now on what was kept for this page alone may be stored. */
    allow() {
      this.allowed = Boolean(this.store);
      if (!this.allowed) return;
      for (const [key, value] of this.waiting) this.#set(key, value);
      this.waiting.clear();
    }

    #get(key) {
      if (this.waiting.has(key)) return this.waiting.get(key);
      try {
        return JSON.parse(this.store.getItem(key));
      } catch {
        return null;
      }
    }

    #set(key, value) {
      if (!this.allowed) {
        this.waiting.set(key, value);
        return;
      }
      try {
        this.store.setItem(key, JSON.stringify(value));
      } catch {
        // A full store costs us the reload, not the conversation.
      }
    }

    read() {
      return this.#get(this.key) || {};
    }

    write(change) {
      this.#set(this.key, { ...this.read(), ...change });
    }

    /** One key a frame, so that two tabs never overwrite each other's. */
    keep(entry) {
      const { node, state, sent, tries, seq, ...lasting } = entry;
      this.#set(`${this.key}:out:${entry.frame.id}`, lasting);
    }

    drop(id) {
      this.waiting.delete(`${this.key}:out:${id}`);
      this.store?.removeItem(`${this.key}:out:${id}`);
    }

    /** What an earlier page left, in the order it was made. */
    kept() {
      return Object.keys(this.store || {}).filter((key) => key.startsWith(`${this.key}:out:`)).map((key) => this.#get(key))
        .filter((entry) => entry?.frame?.id).sort((a, b) => a.made - b.made);
    }
  }

  // ----------------------------------------------------------------------------------- link

  /** Close codes after which the protocol forbids to come back by oneself. */
  const FINAL = [1000, 1009, 4400, 4403];

  /** Statuses of a call, as the close codes that say the same. */
  const CLOSES = { 401: 4401, 403: 4403, 413: 1009, 429: 4429 };

  /** What a WebSocket offers, where none gets through: frames are posted, the stream is read. */
  class Calls {
    /** @param {string} url of the socket that is stood in for */
    constructor(url) {
      this.url = url.replace(/^ws/, 'http');
      this.where = '';
      this.waiting = [];
      this.leaves = new AbortController();
      setTimeout(() => { this.readyState = 1; this.onopen?.(); });
    }

    send(text) {
      const frame = JSON.parse(text);
      if (frame.type === 'pong') return;
      if (frame.type === 'hello') this.after = frame.after;
      this.waiting.push(text);
      this.posting ??= this.#until(this.#post());
    }

    close() {
      this.leaves.abort();
    }

    async #call(path, options) {
      const answer = await fetch(`${this.url}/${path}${this.where}`, {
        ...options, headers: { ...this.bearer, ...options.headers }, signal: this.leaves.signal, credentials: 'omit',
      });
      if (!answer.ok) throw CLOSES[answer.status] || 4500;
      return answer;
    }

    /** One call at a time, so that frames keep their order. */
    async #post() {
      while (this.waiting.length) {
        const answer = await this.#call('frames', { method: 'POST', body: `[${this.waiting.splice(0, 64)}]` });
        for (const frame of await answer.json()) this.#hear(frame);
      }
      this.posting = null;
    }

    #hear(frame) {
      if (frame.type === 'welcome') {
        this.bearer = { authorization: `Bearer ${frame.token}` };
        this.where = `?conversation=${frame.conversation}`;
        this.#until(this.#read((frame.resumed && this.after) || 0));
      }
      this.onmessage?.({ data: JSON.stringify(frame) });
    }

    async #read(after) {
      const { body } = await this.#call('stream', { headers: { 'last-event-id': after } });
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = '';
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        const parts = (rest + piece.value).split('\n\n');
        rest = parts.pop();
        for (const part of parts) {
          const data = part.slice(part.indexOf('data: ') + 6);
          if (part.startsWith('event: close')) throw JSON.parse(data).code;
          this.onmessage?.({ data });
        }
      }
      throw 1006;
    }

    /** What ends a call is a close code, or a lost network. */
    #until(work) {
      return work.catch((why) => {
        this.close();
        this.onclose?.({ code: why > 0 ? why : 1006 });
      });
    }
  }

  /** After so many sockets in a row that came to nothing, calls stand in. */
  const MISSES = 2;
  const PROBE_MS = 300_000;

  /** One socket that keeps itself alive: heartbeat, full-jitter back-off, close codes. */
  class Link {
    /**
     * @param {string} url
     * @param {{hello: () => object, frame: (frame: object) => void, down: (final: boolean) => void, anew: () => boolean}} owner
     */
    constructor(url, owner) {
      this.url = url;
      this.owner = owner;
      this.tries = 0;
      this.misses = 0;
      this.quiet = 50_000;
      this.up = false;
      this.wanted = false;
    }

    start() {
      if (this.wanted) return;
      this.wanted = true;
      this.connect();
    }

    stop() {
      this.wanted = false;
      this.#leave();
    }

    /** Leaves the present socket, if any, and makes a new one now. */
    connect() {
      this.#leave();
      if (!this.wanted) return;
      this.owner.down(false);
      try {
        this.calls = this.misses >= MISSES;
        this.socket = this.calls ? new Calls(this.url) : new WebSocket(this.url, 'skicka.v1');
      } catch {
        this.#give();
        return;
      }
      this.#watch(this.calls ? 15_000 : 8000);
      this.socket.onopen = () => this.send(this.owner.hello());
      this.socket.onmessage = ({ data }) => this.#hear(data);
      this.socket.onclose = ({ code }) => this.#closed(code);
    }

    #leave() {
      clearTimeout(this.timer);
      clearTimeout(this.watchdog);
      clearInterval(this.probing);
      const { socket } = this;
      // A server that welcomes and then fails at once must not be hammered.
      if (this.up && Date.now() - this.since > 5000) this.tries = 0;
      this.socket = null;
      this.up = false;
      if (!socket) return;
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close(1000);
    }

    #give() {
      this.stop();
      this.owner.down(true);
    }

    #watch(wait) {
      clearTimeout(this.watchdog);
      this.heard = Date.now();
      this.limit = wait;
      this.watchdog = setTimeout(() => this.later(), wait);
    }

    #hear(data) {
      let frame;
      try {
        frame = JSON.parse(data);
      } catch {
        return;
      }
      if (frame.type === 'welcome') {
        this.up = true;
        this.since = Date.now();
        if (this.calls) this.probing ||= setInterval(() => this.#probe(), PROBE_MS);
        else this.misses = 0;
        if (frame.ping_s > 0) this.quiet = frame.ping_s * 2000;
      }
      this.#watch(this.quiet);
      if (frame.type === 'ping') this.send({ type: 'pong' });
      else this.owner.frame(frame);
    }

    /** Whether sockets get through by now; the calls go on meanwhile. */
    #probe() {
      const probe = new WebSocket(this.url, 'skicka.v1');
      probe.onopen = () => {
        probe.close(1000);
        // One that opens may still carry nothing: it has a single try.
        this.misses = MISSES - 1;
        if (this.calls) this.connect();
      };
    }

    #closed(code) {
      if (code === 4401 && this.owner.anew()) this.connect();
      else if (code === 4401 || FINAL.includes(code)) this.#give();
      else this.later(code === 4429 ? 30_000 : code === 1001 && this.up ? 0 : undefined);
    }

    /** Full jitter: clients that lost one server must not all come back at the same moment. */
    later(wait) {
      if (!this.up) this.misses = this.calls ? MISSES - 1 : this.misses + 1;
      this.#leave();
      this.owner.down(false);
      const pause = wait ?? Math.random() * Math.min(30_000, 500 * 2 ** this.tries);
      this.tries += 1;
      this.timer = setTimeout(() => this.connect(), pause);
    }

    /** The network or the page came back: a long wait, or a link that died in sleep, is over. */
    wake() {
      if (this.wanted && (!this.socket || Date.now() - this.heard > this.limit)) this.connect();
    }

    send(frame) {
      if (this.socket?.readyState !== 1) return false;
      this.socket.send(JSON.stringify(frame));
      return true;
    }
  }

  // --------------------------------------------------------------------------------- outbox

  const freshId = () => crypto.getRandomValues(new Uint8Array(12)).join('');

  /**
   * Frames that want an ack. An entry is `{ frame, made, conversation, shown?, failed? }`, and for
   * this page `node` and `state` (its bubble), `sent` (on this socket), `tries`, `seq` (once acked).
   */
  class Outbox {
    /** @param {Memory} memory @param {Link} link @param {object} owner `queued`, `acked`, `gone`, `delayed`, `failed`, `refused` */
    constructor(memory, link, owner) {
      this.memory = memory;
      this.link = link;
      this.owner = owner;
      this.entries = new Map();
      this.hold = 0;
    }

    post(type, fields, conversation, shown) {
      const entry = { frame: { type, id: freshId(), ...fields }, made: Date.now(), conversation, ...(shown && { shown }) };
      this.memory.keep(entry);
      this.adopt(entry);
      this.flush();
    }

    adopt(entry) {
      this.entries.set(entry.frame.id, entry);
      this.owner.queued(entry);
    }

    has(type) {
      return [...this.entries.values()].some(({ frame }) => frame.type === type);
    }

    /** Sends in order whatever this socket has not yet carried. The server drops what it knows. */
    flush() {
      if (!this.link.up || Date.now() < this.hold) return;
      for (const entry of this.entries.values()) {
        if (entry.failed || entry.sent || entry.seq) continue;
        if (!this.link.send(entry.frame)) return;
        entry.sent = true;
      }
    }

    /** A new socket has carried nothing yet. */
    unsend() {
      for (const entry of this.entries.values()) entry.sent = false;
    }

    done(id) {
      const entry = this.entries.get(id);
      this.memory.drop(id);
      if (!entry) return;
      this.entries.delete(id);
      this.owner.gone(entry);
    }

    /** The bubble waits for its event, unless that was first or there is no bubble to wait. */
    ack({ id, seq }, last) {
      const entry = this.entries.get(id);
      if (!entry) return;
      this.memory.drop(id);
      entry.seq = seq;
      this.owner.acked(entry);
      if (!entry.shown || last >= seq) this.done(id);
    }

    /** The events up to here are shown. */
    settle(last) {
      for (const [id, { seq }] of this.entries) if (seq && seq <= last) this.done(id);
    }

    /** What was said goes along into another conversation; what was pressed there does not. */
    move(conversation) {
      for (const [id, entry] of this.entries) {
        if (!entry.conversation || entry.conversation === conversation) continue;
        if (['message', 'human'].includes(entry.frame.type) && !entry.seq) entry.conversation = conversation;
        else this.done(id);
      }
    }

    refuse({ code, id, retry_after_s: wait }) {
      const entry = this.entries.get(id);
      if (!entry) return;
      entry.sent = false;
      const passing = code === 'rate_limited' || ((code === 'unavailable' || code === 'internal') && (entry.tries || 0) < 4);
      if (passing) {
        entry.tries = (entry.tries || 0) + 1;
        const seconds = Math.max(1, Math.ceil(wait || 2 ** entry.tries));
        this.hold = Date.now() + seconds * 1000;
        setTimeout(() => this.flush(), seconds * 1000 + 20);
        this.owner.delayed(code, seconds);
      } else if (entry.frame.type === 'message') {
        entry.failed = true;
        this.memory.keep(entry);
        this.owner.failed(entry, code);
      } else {
        this.done(id);
        this.owner.refused(code);
      }
    }

    retry(entry) {
      delete entry.failed;
      this.memory.keep(entry);
      this.flush();
    }
  }

  // ------------------------------------------------------------------------------------ log

  /** The transcript: confirmed events in their order, then what is still on its way. */
  class Log {
    /** @param {Speaker} speaker @param {string} server @param {object} owner `choose`, `fetch`, `retry`, `remove`, `jumped` */
    constructor(speaker, server, owner) {
      this.speaker = speaker;
      this.server = server;
      this.owner = owner;
      this.node = h('div', { className: 'log', part: 'log', role: 'log', tabIndex: 0, onscroll: () => this.#scrolled() });
      speaker.say(this.node, (w) => w.log, 'aria-label');
      this.fresh = speaker.button((w) => `${w.fresh} ↓`, () => { this.toEnd(); owner.jumped(); }, { name: 'fresh' });
      this.fresh.hidden = true;
      this.mark = h('div', { className: 'state' });
      // What comes and goes around the log must not hide the end of it.
      new ResizeObserver(() => { this.area = this.#area; if (this.pinned) this.toEnd(); }).observe(this.node);
      this.pinned = true;
      this.reset();
    }

    get #area() {
      return this.node.clientWidth * this.node.clientHeight;
    }

    #scrolled() {
      // What another size scrolls is nobody's wish; whoever observes the size puts it right.
      if (this.area !== this.#area) return;
      this.pinned = this.node.scrollTop > this.#rest - 60;
      if (this.pinned) this.fresh.hidden = true;
    }

    reset() {
      for (const node of [...this.node.children]) if (!node.classList.contains('pending')) node.remove();
      this.bySeq = new Map();
      this.offers = [];
      this.before = null;
      this.own = null;
    }

    /** Where the log stands by itself: at its end; before the visitor's first word where the newest message begins. */
    get #rest() {
      const { scrollHeight, clientHeight, lastChild } = this.node;
      return Math.min(scrollHeight - clientHeight, this.own || !lastChild?.matches('.bot') ? Infinity : lastChild.offsetTop - 14);
    }

    toEnd() {
      this.pinned = true;
      this.node.scrollTop = this.#rest;
      this.fresh.hidden = true;
    }

    /** A log that is being filled must not be read aloud from the start. */
    quiet(filling) {
      this.node.setAttribute('aria-live', filling ? 'off' : 'polite');
    }

    #place(node, seq) {
      this.node.insertBefore(node, this.node.querySelector('.pending'));
      if (seq) this.bySeq.set(seq, node);
      return node;
    }

    line(words, seq) {
      if (this.before) this.before.role = '';
      return this.#place(this.speaker.say(h('div', { className: 'line' }), words), seq);
    }

    message(event) {
      const role = ['visitor', 'agent'].includes(event.from?.role) ? event.from.role : 'bot';
      const at = new Date(event.at);
      if (role === 'visitor') this.retire(event.text);
      else if (event.choices?.length) this.retire(null);
      this.#day(at);
      const node = this.#bubble(role, event.from?.name, event.text, at, event.lang);
      this.before = { role, name: event.from?.name, at };
      this.#links(node, event);
      if (event.choices?.length) node.append(this.#offer(event));
      if (role === 'visitor') this.own = { seq: event.seq, node };
      return this.#place(node, event.seq);
    }

    #day(at) {
      const day = at.toDateString();
      if (day !== (this.before?.at || new Date()).toDateString()) {
        this.line(() => at.toLocaleDateString(this.speaker.locale, { weekday: 'long', day: 'numeric', month: 'long' }));
      }
    }

    #bubble(role, name, text, at, lang) {
      const { speaker, before } = this;
      const same = before && before.role === role && before.name === name && at - before.at < 300_000;
      const who = h('div', { className: 'who' });
      if (role === 'visitor') who.append(speaker.say(h('b'), (w) => w.you));
      else {
        const person = role === 'agent';
        who.append(speaker.say(h('b'), (w) => name || (person ? w.colleague : w.assistant)),
          h('span', { className: 'tag' }, icon(person ? 'person' : 'bot'), speaker.say(h('span'), (w) => (person ? w.person : w.bot))));
      }
      who.append(speaker.say(h('time', { dateTime: at.toISOString() }), () => at.toLocaleTimeString(speaker.locale, { hour: '2-digit', minute: '2-digit' })));
      const bubble = h('div', { className: 'bubble', part: `bubble bubble-${role}`, dir: 'auto', textContent: text, ...(lang && { lang }) });
      return h('div', { className: `msg ${role}${same ? ' same' : ''}` }, who, bubble);
    }

    #links(node, { links = [], attachments = [] }) {
      const list = h('ul', { className: 'links' });
      for (const { name, url } of attachments) {
        const target = new URL(url, this.server);
        if (target.origin === this.server) list.append(h('li', {}, h('button', { type: 'button', part: 'file', onclick: () => this.owner.fetch(target, name) }, icon('clip'), name)));
      }
      for (const { label, url } of links) {
        let target;
        try {
          target = new URL(url, this.server);
        } catch {
          continue;
        }
        if (!['https:', 'mailto:', 'tel:'].includes(target.protocol) && target.origin !== this.server) continue;
        const link = h('a', { href: target.href, rel: 'noopener noreferrer', textContent: label || target.href });
        if (target.protocol.startsWith('http')) {
          link.target = '_blank';
          link.append(this.speaker.say(h('span', { className: 'sr' }), (w) => ` (${w.tab})`));
        }
        list.append(h('li', {}, link));
      }
      if (list.firstChild) node.append(list);
    }

    #offer({ seq, choices, lang }) {
      const group = h('div', { className: 'choices', role: 'group', ...(lang && { lang }) });
      this.speaker.say(group, (w) => w.choices, 'aria-label');
      for (const { value, label } of choices) {
        const press = () => {
          if (!this.offers.includes(group)) return;
          this.retire(label, group);
          this.owner.choose(seq, value, label);
        };
        group.append(h('button', { type: 'button', className: 'choice', part: 'choice', textContent: label, onclick: press }));
      }
      this.offers.push(group);
      return group;
    }

    /** The time of the offers is over. Their buttons stay reachable: one may have the focus. */
    retire(taken, only) {
      for (const group of this.offers) {
        if (only && group !== only) continue;
        const pressed = [...group.children].find((button) => button.textContent === taken);
        for (const button of group.children) button.setAttribute('aria-disabled', 'true');
        if (!pressed) continue;
        pressed.classList.add('taken');
        pressed.append(this.speaker.say(h('span', { className: 'sr' }), (w) => `, ${w.chosen}`));
      }
      this.offers = only ? this.offers.filter((group) => group !== only) : [];
    }

    /** Everything that is shown, as plain text. */
    get text() {
      return [...this.node.children].filter((node) => !node.matches('.pending')).map((node) => {
        if (!node.matches('.msg')) return `– ${node.textContent}`;
        const text = (what) => node.querySelector(what)?.textContent;
        const kind = text('.tag');
        const links = [...node.querySelectorAll('a')].map((a) => `\n${a.firstChild.textContent}: ${a.href}`);
        const choices = [...node.querySelectorAll('.choice')].map((choice) => ` [${choice.firstChild.textContent}]`);
        const at = new Date(node.querySelector('time').dateTime).toLocaleString(this.speaker.locale);
        return `${at} ${text('b')}${kind ? ` (${kind})` : ''}: ${text('.bubble')}${links.join('')}${choices.length ? '\n' : ''}${choices.join('')}`;
      }).join('\n\n');
    }

    erase(seq) {
      this.bySeq.get(seq)?.remove();
      if (this.own?.seq === seq) this.own = null;
    }

    /** Under the newest message of the visitor: sent, or read by a person. */
    marks(readByAgent) {
      if (!this.own) {
        this.mark.remove();
        return;
      }
      const read = readByAgent >= this.own.seq;
      if (this.mark.parentNode === this.own.node && this.read === read) return;
      this.read = read;
      this.speaker.say(this.mark, (w) => (read ? w.seen : w.sent));
      this.own.node.append(this.mark);
    }

    pending(entry) {
      const node = this.#bubble('visitor', undefined, entry.shown, new Date(entry.made), this.speaker.lang);
      entry.state = this.speaker.say(h('div', { className: 'state' }), (w) => w.sending);
      entry.node = node;
      node.classList.add('pending');
      node.append(entry.state);
      this.node.append(node);
      this.toEnd();
    }

    failed(entry) {
      const { node, state } = entry;
      node.classList.add('failed');
      this.speaker.say(state, (w) => w.failed);
      const acts = h('div', { className: 'acts' },
        this.speaker.button((w) => w.retry, () => {
          acts.remove();
          node.classList.remove('failed');
          this.speaker.say(state, (w) => w.sending);
          this.owner.retry(entry);
        }),
        this.speaker.button((w) => w.remove, () => this.owner.remove(entry)));
      node.append(acts);
      this.toEnd();
    }
  }

  // ----------------------------------------------------------------------------------- head

  /** The heading, the menus of language and other wishes, and the question whether one is sure. */
  class Head {
    /** @param {Speaker} speaker @param {object} owner `choose`, `save`, `restart`, `end`, `must`, `close?`, `settled` */
    constructor(speaker, heading, owner) {
      this.speaker = speaker;
      this.owner = owner;
      this.menus = [];
      const tongues = LANGUAGES.map((code) => h('button', {
        type: 'button', lang: code, textContent: WORDS[code].name, onclick: () => { this.fold(); owner.choose(code); },
      }));
      const code = speaker.say(h('span'), () => {
        for (const node of tongues) node.setAttribute('aria-pressed', String(node.lang === speaker.lang));
        return speaker.lang.toUpperCase();
      });
      const over = speaker.button((w) => w.restart, () => this.#ask('restart'));
      this.end = speaker.button((w) => w.end, () => this.#ask('end'));
      const keep = speaker.button((w) => w.save, () => { this.fold(); owner.save(); });
      this.node = h('div', { className: 'head', part: 'header' },
        speaker.say(h('h2', { id: 'heading' }), (w) => heading || w.heading),
        ...this.#menu('language', (w) => w.language, [code, icon('down')], tongues),
        ...this.#menu('more', (w) => w.more, [icon('dots')], [keep, over, this.end]));
      if (owner.close) this.node.append(speaker.button((w) => w.close, owner.close, { glyph: 'close', bare: true }));
      this.question = h('span', { id: 'sure' });
      this.yes = h('button', { type: 'button' });
      this.sure = h('div', { className: 'strip sure', role: 'group', 'aria-labelledby': 'sure', hidden: true }, this.question, this.yes,
        speaker.button((w) => w.cancel, () => { this.fold(); owner.settled(); }));
    }

    /** A button that discloses a list of buttons. */
    #menu(name, words, face, items) {
      const list = h('div', { className: 'menu', id: name, role: 'group', hidden: true }, ...items);
      const label = this.speaker.say(h('span', { className: 'sr' }), (w) => `${words(w)} `);
      const button = h('button', { type: 'button', 'aria-expanded': 'false', 'aria-controls': name }, label, ...face);
      this.speaker.say(list, words, 'aria-label');
      button.addEventListener('click', () => {
        const show = list.hidden;
        this.fold();
        list.hidden = !show;
        button.setAttribute('aria-expanded', String(show));
        if (show) items.find((item) => !item.hidden).focus();
      });
      list.addEventListener('focusout', ({ relatedTarget: to }) => to && !list.contains(to) && to !== button && this.fold());
      this.menus.push({ list, button });
      return [button, list];
    }

    /** Closes what is open here; tells whether something was. */
    fold() {
      const asked = !this.sure.hidden;
      this.sure.hidden = true;
      const open = this.menus.find(({ list }) => !list.hidden);
      if (!open) return asked;
      const held = open.list.contains(open.list.getRootNode().activeElement);
      open.list.hidden = true;
      open.button.setAttribute('aria-expanded', 'false');
      if (held) open.button.focus();
      return true;
    }

    #ask(what) {
      this.fold();
      if (!this.owner.must()) {
        this.owner[what]();
        return;
      }
      // To start over ends the conversation too.
      this.speaker.say(this.question, (w) => w.endAsk);
      this.speaker.say(this.yes, (w) => w[what]);
      this.yes.onclick = () => { this.fold(); this.owner[what](); };
      this.sure.hidden = false;
      this.yes.focus();
    }
  }

  // ------------------------------------------------------------------------------- composer

  /** Where the visitor writes, asks for a person and is told what went wrong. */
  class Composer {
    /** @param {Speaker} speaker @param {object} owner `said`, `file`, `human`, `typing` */
    constructor(speaker, owner) {
      this.speaker = speaker;
      this.owner = owner;
      this.limit = 4000;
      this.typedAt = 0;
      this.notice = h('p', { className: 'notice', role: 'alert', hidden: true });
      this.human = speaker.button((w) => w.human, () => this.human.getAttribute('aria-disabled') || owner.human(), { name: 'human', glyph: 'person' });
      this.field = h('textarea', { id: 'field', rows: 1, part: 'input', enterKeyHint: 'send', autocomplete: 'off', oninput: () => this.#typed(), onkeydown: (event) => this.#key(event) });
      speaker.say(this.field, (w) => w.placeholder, 'placeholder');
      this.send = h('button', { className: 'send', part: 'send' }, icon('send'));
      speaker.say(this.send, (w) => w.send, 'aria-label');
      this.count = h('div', { className: 'count', hidden: true });
      this.clip = speaker.button((w) => w.attach, () => this.file.click(), { name: 'clip', glyph: 'clip', bare: true });
      this.clip.hidden = true;
      this.file = h('input', { type: 'file', hidden: true, onchange: () => this.#picked() });
      this.upload = h('div', { className: 'upload acts', hidden: true }, h('span'), h('progress', { max: 1 }), speaker.button((w) => w.cancel));
      this.form = h('form', { onsubmit: (event) => { event.preventDefault(); this.#submit(); } },
        speaker.say(h('label', { className: 'sr', htmlFor: 'field' }), (w) => w.field),
        this.upload, h('div', { className: 'row' }, this.clip, this.file, this.field, this.send), this.count);
      this.#typed();
    }

    /** Whether files are taken, and which. @param {{max_bytes: number, types: string[]}|null} files */
    offer(files) {
      this.files = files;
      this.clip.hidden = !files;
      if (files) this.file.accept = files.types.join();
    }

    get megabytes() {
      return Math.floor(this.files.max_bytes / 1e5) / 10;
    }

    #picked() {
      const [file] = this.file.files;
      if (!file) return;
      this.calm();
      if (file.size > this.files.max_bytes) this.warn((w) => w.file_large(this.megabytes));
      else this.owner.file(file);
      this.file.value = '';
    }

    /** Shows how far a file is on its way; `null` when it is over. */
    uploads(name, part, cancel) {
      this.upload.hidden = name === null;
      this.clip.disabled = name !== null;
      if (name === null) return;
      const [label, bar, stop] = this.upload.children;
      label.textContent = name;
      bar.setAttribute('aria-label', name);
      bar.value = part;
      stop.onclick = cancel;
    }

    warn(words) {
      this.notice.hidden = false;
      this.speaker.say(this.notice, words);
    }

    calm() {
      this.notice.hidden = true;
    }

    /** 229 is what some browsers report for a key that an input method still holds. */
    #key(event) {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#submit();
    }

    #typed() {
      const { field } = this;
      field.style.height = 'auto';
      field.style.height = field.scrollHeight ? `${field.scrollHeight + 3}px` : '';
      const left = this.limit - [...field.value].length;
      this.count.hidden = left > this.limit / 10;
      if (!this.count.hidden) this.speaker.say(this.count, (w) => (left < 0 ? w.too_long(this.limit) : w.left(left)));
      this.send.toggleAttribute('aria-disabled', !field.value.trim());
      if (!field.value || Date.now() - this.typedAt < 3000) return;
      if (this.owner.typing()) this.typedAt = Date.now();
    }

    #submit() {
      const text = this.field.value.trim();
      if (!text) return;
      if ([...text].length > this.limit) {
        this.warn((w) => w.too_long(this.limit));
        return;
      }
      this.field.value = '';
      this.calm();
      this.#typed();
      this.typedAt = 0;
      this.owner.said(text);
    }
  }

  // --------------------------------------------------------------------------------- rating

  /** One to five, and a word if one likes. */
  const rating = (speaker, { text, scale = 5 }, rate) => {
    const scores = h('div', { className: 'scores' });
    for (let n = 1; n <= scale; n += 1) {
      const input = h('input', { type: 'radio', name: 'score', value: String(n), required: true });
      const end = (w) => (n === 1 ? `, ${w.worst}` : n === scale ? `, ${w.best}` : '');
      speaker.say(input, (w) => w.score(n) + end(w), 'aria-label');
      scores.append(h('label', {}, input, h('span', { 'aria-hidden': 'true', textContent: String(n) })));
    }
    const comment = h('input', { type: 'text', maxLength: 1000, autocomplete: 'off' });
    speaker.say(comment, (w) => w.comment, 'placeholder');
    speaker.say(comment, (w) => w.comment, 'aria-label');
    const form = h('form', { className: 'rating', onsubmit: (event) => {
      event.preventDefault();
      const said = comment.value.trim();
      rate({ score: Number(new FormData(form).get('score')), ...(said && { comment: said }) });
    } }, h('fieldset', {}, h('legend', { textContent: text }), scores,
      h('div', { className: 'ends', 'aria-hidden': 'true' }, speaker.say(h('span'), (w) => w.worst), speaker.say(h('span'), (w) => w.best))),
    comment, speaker.say(h('button', { className: 'main' }), (w) => w.rate));
    return form;
  };

  // -------------------------------------------------------------------------------- element

  const HERE = document.currentScript?.src;
  const DAY = 86_400_000;
  const small = window.matchMedia('(max-width:479.98px)');
  const touch = window.matchMedia('(pointer:coarse)');
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  /** @type {SkickaChat|null} */
  let first = null;

  /** The element: opens and closes, holds one conversation, and hands frames to the parts. */
  class SkickaChat extends HTMLElement {
    #memory; #speaker; #link; #outbox; #log; #head; #composer;
    #inline; #page; #root; #panel; #launcher; #badge; #live; #typing; #strip; #lost; #rating; #renewal; #gate; #privacy;
    /** The conversation as far as it is known here. */
    #talk = { id: null, last: 0, upto: 0, status: '', shown: 'bot', agent: null, read: { visitor: 0, agent: 0 } };
    /** Whether the window may connect: nothing is to be agreed to, or that was done. */
    #agreed = false;
    #asking = null;
    #unread = 0;
    #queue = null;
    #filling = false;
    #restarting = false;
    #timers = {};

    /** Opens the page's chat window; makes one when the page has none. */
    static open(options = {}) {
      if (!first) document.body.append(document.createElement('skicka-chat'));
      first.open(options);
      return first;
    }

    static close() {
      first?.close();
    }

    connectedCallback() {
      if (!this.#root) this.#build();
      first ??= this;
      this.gone = new AbortController();
      const { signal } = this.gone;
      const wake = () => { this.#link.wake(); this.#seen(); };
      document.addEventListener('visibilitychange', wake, { signal });
      window.addEventListener('online', wake, { signal });
      // A page with an open socket cannot be kept for the way back.
      window.addEventListener('pagehide', () => this.#link.stop(), { signal });
      window.addEventListener('pageshow', ({ persisted }) => persisted && this.#start(), { signal });
      window.visualViewport?.addEventListener('resize', () => this.#fit(), { signal });
      window.visualViewport?.addEventListener('scroll', () => this.#fit(), { signal });
      // A phone's way back closes what fills its screen.
      window.addEventListener('popstate', () => !history.state?.skicka && this.#panel.classList.contains('full') && this.close(), { signal });
      small.addEventListener('change', () => !this.#inline && this.#panel.open && this.#show(), { signal });
      document.addEventListener('click', (event) => {
        const opener = event.target.closest?.('[data-skicka-open]');
        if (!opener || first !== this) return;
        event.preventDefault();
        this.open({ opener });
      }, { signal });
      const past = this.#memory.read();
      const stay = this.#inline || this.hasAttribute('open') || (past.open && !small.matches);
      if (stay) this.#show();
      // Somebody who has never written gets no socket before the window is opened.
      if (stay || (past.conversation && !past.ended)) this.#start();
    }

    disconnectedCallback() {
      this.gone.abort();
      clearTimeout(this.#timers.gate);
      this.#asking = null;
      this.#link.stop();
      if (first === this) first = null;
    }

    /** @param {{opener?: Element, identity?: string, lang?: string, page?: {url: string, title: string}}} options */
    open({ opener, identity, lang, page } = {}) {
      this.opener = opener;
      if (page) this.page = page;
      if (known(lang)) this.#speak(known(lang));
      if (identity && identity !== this.given) this.#prove(identity);
      this.#show();
      if (!this.#inline && small.matches && !history.state?.skicka) history.pushState({ ...history.state, skicka: true }, '');
      this.#memory.write({ open: true });
      this.#focus();
      this.#start();
      this.#tell('open');
    }

    #prove(identity) {
      this.given = this.identity = identity;
      this.#link.stop();
      this.#start();
    }

    close() {
      if (this.#inline || !this.#panel.open) return;
      this.#panel.close();
      this.#launcher.hidden = false;
      this.#memory.write({ open: false });
      if (history.state?.skicka) history.back();
      (this.opener?.isConnected ? this.opener : this.#launcher).focus();
      this.#tell('close');
    }

    // ------------------------------------------------------------------------------ build

    #build() {
      this.server = new URL(this.getAttribute('server') || HERE || location.href, location.href).origin;
      this.#memory = new Memory(this.server);
      const past = this.#memory.read();
      if (past.ended && Date.now() - past.ended > DAY) this.#memory.write({ conversation: null, ended: null });
      const mode = this.getAttribute('mode');
      this.#page = mode === 'page';
      this.#inline = this.#page || mode === 'inline';
      const speaker = new Speaker(past.lang || this.#wishes().map(known).find(Boolean) || 'en');
      this.#speaker = speaker;
      this.#link = new Link(`${this.server.replace(/^http/, 'ws')}/v1/chat`, {
        hello: () => this.#hello(), frame: (frame) => this.#frame(frame), down: (final) => this.#down(final), anew: () => this.#anew(),
      });
      this.#log = new Log(speaker, this.server, {
        choose: (seq, value, label) => { this.#post('choice', { seq, value }, label); this.#focus(); },
        retry: (entry) => { this.#outbox.retry(entry); this.#composer.calm(); this.#focus(); },
        remove: (entry) => { this.#outbox.done(entry.frame.id); this.#composer.calm(); this.#focus(); },
        fetch: (url, name) => this.#fetch(url, name),
        jumped: () => this.#focus(),
      });
      this.#composer = new Composer(speaker, {
        said: (text) => this.#post('message', { text }, text),
        file: (file) => this.#upload(file),
        human: () => { this.#post('human', {}, speaker.words.human); this.#focus(); },
        typing: () => ['queued', 'agent'].includes(this.#talk.status) && this.#link.send({ type: 'typing' }),
      });
      this.#head = new Head(speaker, this.getAttribute('heading'), {
        choose: (lang) => this.#choose(lang),
        save: () => this.#save(),
        must: () => this.#talk.id && this.#talk.status !== 'ended',
        restart: () => this.#restart(),
        end: () => { this.#post('end', {}); this.#focus(); },
        close: this.#inline ? null : () => this.close(),
        settled: () => this.#focus(),
      });
      this.#root = this.attachShadow({ mode: 'open' });
      this.#root.adoptedStyleSheets = [sheet];
      this.#root.append(this.#buildLauncher(), this.#buildPanel());
      this.#tongue();
      this.#buildOutbox();
      this.#arrange();
    }

    #buildOutbox() {
      this.#outbox = new Outbox(this.#memory, this.#link, {
        queued: (entry) => {
          if (entry.shown) this.#log.pending(entry);
          if (entry.failed) this.#log.failed(entry);
        },
        acked: (entry) => {
          this.#composer.calm();
          if (entry.state) this.#speaker.say(entry.state, (w) => w.sent);
        },
        gone: (entry) => { entry.node?.remove(); this.#arrange(); },
        delayed: (code, seconds) => this.#composer.warn((w) => (code === 'rate_limited' ? w.rate_limited(seconds) : w.unavailable)),
        failed: (entry, code) => {
          this.#log.failed(entry);
          this.#composer.warn((w) => (code === 'too_long' ? w.too_long(this.#composer.limit) : code === 'ended' ? w.ended : w.refused));
        },
        refused: (code) => {
          if (code === 'expired_choice') this.#composer.warn((w) => w.expired_choice);
          // Somebody else was quicker: the status that follows says so.
          else if (code !== 'wrong_status' && code !== 'ended') this.#composer.warn((w) => w.refused);
        },
      });
      for (const entry of this.#memory.kept()) this.#outbox.adopt(entry);
    }

    #buildLauncher() {
      this.#badge = h('span', { className: 'badge', hidden: true, 'aria-hidden': 'true' });
      this.#launcher = this.#speaker.button((w) => (this.#unread ? `${w.open} (${w.unread(this.#unread)})` : w.open), () => this.open(), { name: 'launcher', glyph: 'chat', bare: true });
      this.#launcher.setAttribute('aria-haspopup', 'dialog');
      this.#launcher.append(this.#badge);
      this.#launcher.hidden = this.#inline;
      return this.#launcher;
    }

    #buildPanel() {
      const speaker = this.#speaker;
      const dots = h('span', { className: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i'));
      this.#live = h('div', { className: 'sr', role: 'status' });
      this.#lost = h('div', { className: 'strip', part: 'connection', hidden: true }, h('span'),
        speaker.button((w) => w.retry, () => { this.#link.stop(); this.#start(); this.#focus(); }));
      this.#strip = h('div', { className: 'strip', part: 'status', hidden: true }, h('span'));
      this.#typing = h('div', { className: 'typing', hidden: true }, dots, h('span'));
      this.#rating = h('div', { hidden: true });
      this.#renewal = speaker.button((w) => w.again, () => this.#renew(), { name: 'main' });
      const { notice, human, form } = this.#composer;
      this.#panel = h(this.#inline ? 'section' : 'dialog', {
        className: this.#page ? 'panel full' : 'panel', part: 'panel', 'aria-labelledby': 'heading',
        onkeydown: (event) => this.#key(event), oncancel: (event) => { event.preventDefault(); this.close(); },
      }, this.#head.node, this.#head.sure, this.#lost, this.#strip, this.#buildGate(),
      h('div', { className: 'wrap' }, this.#log.node, this.#log.fresh), this.#typing,
      h('div', { className: 'foot', part: 'foot' }, notice, this.#rating, human, form, this.#renewal, this.#privacy), this.#live);
      return this.#panel;
    }

    // ---------------------------------------------------------------------------- consent

    /** Connects, once it is known that it may. */
    #start() {
      if (this.#stale) this.#down(true);
      else if (this.#agreed) this.#link.start();
      else this.#asking ??= this.#ask(500);
    }

    /** Asks the server what must be agreed to; without an answer nothing is sent and it asks again. */
    async #ask(wait) {
      const { signal } = this.gone;
      let config;
      try {
        const answer = await fetch(`${this.server}/v1/chat/config`, { credentials: 'omit', signal });
        config = await answer.json();
      } catch {
        if (signal.aborted) return;
        this.#down(false);
        clearTimeout(this.#timers.gate);
        this.#timers.gate = setTimeout(() => { this.#asking = this.#ask(Math.min(wait * 2, 30_000)); }, Math.random() * wait);
        return;
      }
      this.#mended();
      this.#inform(config.privacy_notice);
      this.#composer.offer(config.attachments);
      const wanted = JSON.stringify(config.consent);
      if (!config.consent || this.#memory.read().agreed === wanted) this.#pass();
      else this.#gateFor(config.consent, wanted);
    }

    #pass(agreed) {
      this.#agreed = true;
      this.#memory.allow();
      if (agreed) this.#memory.write({ agreed });
      this.#panel.classList.remove('asking');
      this.#gate.hidden = true;
      this.#link.start();
    }

    #gateFor(texts, wanted) {
      const { text } = this.#gate;
      this.#speaker.say(text, () => this.#inTongue(texts));
      this.#gate.agree = () => { this.#pass(wanted); this.#focus(); };
      // Only somebody who is in the window already is taken to the question.
      const inside = this.#root.activeElement;
      this.#gate.hidden = false;
      this.#panel.classList.add('asking');
      if (inside) this.#focus();
    }

    /** Shows the way to the privacy notice, if there is one. */
    #inform(addresses) {
      for (const link of [this.#privacy, this.#gate.link]) {
        this.#speaker.say(link, () => this.#inTongue(addresses || {}), 'href');
        link.hidden = !addresses || !link.protocol.startsWith('http');
      }
    }

    /** A text in the window's language, else in one that there is. */
    #inTongue(texts) {
      return texts[this.#speaker.lang] || Object.values(texts)[0] || '';
    }

    #buildGate() {
      const speaker = this.#speaker;
      const link = () => speaker.say(h('a', { className: 'privacy', target: '_blank', rel: 'noopener noreferrer', hidden: true }), (w) => `${w.privacy} (${w.tab})`);
      this.#privacy = link();
      const text = h('p', { id: 'consent' });
      const inner = link();
      this.#gate = h('div', { className: 'gate', part: 'consent', role: 'group', 'aria-labelledby': 'before', 'aria-describedby': 'consent', hidden: true },
        speaker.say(h('h3', { id: 'before' }), (w) => w.before), text, inner,
        speaker.button((w) => w.agree, () => this.#gate.agree(), { name: 'main' }));
      Object.assign(this.#gate, { text, link: inner });
      return this.#gate;
    }

    #show() {
      const panel = this.#panel;
      if (!this.#inline) {
        const held = this.#root.activeElement;
        if (panel.open) panel.close();
        panel.classList.toggle('full', small.matches);
        // Not show(): it would move the focus of somebody who only loaded the page.
        if (small.matches) panel.showModal();
        else panel.setAttribute('open', '');
        this.#launcher.hidden = true;
        if (held && panel.contains(held)) held.focus();
      }
      this.#fit();
      this.#log.toEnd();
      this.#seen();
    }

    /** A phone's keyboard shrinks the visual viewport only; the window must fit what is left. */
    #fit() {
      const view = window.visualViewport;
      const full = view?.scale === 1 && this.#panel.classList.contains('full');
      this.#panel.style.height = full ? `${view.height}px` : '';
      this.#panel.style.top = full ? `${view.offsetTop}px` : '';
    }

    /** On a touch screen the field would raise the keyboard over what was just said. */
    #focus() {
      const { form, field } = this.#composer;
      if (!this.#gate.hidden) {
        this.#gate.querySelector('button').focus({ preventScroll: true });
        return;
      }
      (touch.matches || form.hidden ? this.#log.node : field).focus({ preventScroll: true });
    }

    #key(event) {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      if (!this.#head.fold()) this.close();
    }

    #tell(name, detail = {}) {
      this.dispatchEvent(new CustomEvent(`skicka:${name}`, { bubbles: true, composed: true, detail }));
    }

    #announce(words) {
      const said = h('div', { textContent: words(this.#speaker.words) });
      this.#live.append(said);
      // Long enough for a screen reader to notice, short enough not to be read twice.
      setTimeout(() => said.remove(), 2000);
    }

    // --------------------------------------------------------------------------- connection

    #wishes() {
      const page = this.#page ? new URLSearchParams(location.search).get('lang') : document.documentElement.lang;
      return [this.getAttribute('lang'), page, ...navigator.languages].filter(Boolean);
    }

    #hello() {
      const { token, conversation } = this.#memory.read();
      return {
        type: 'hello',
        ...(token && { token }),
        ...(this.identity && { identity: this.identity }),
        ...(conversation && { conversation }),
        ...(conversation && conversation === this.#talk.id && { after: this.#talk.last }),
        lang: [...new Set([this.#speaker.lang, ...this.#wishes()])].slice(0, 8),
        client: { name: 'skicka-web', version: '1', platform: 'web' },
        page: this.page || { url: this.getAttribute('page-url') || location.origin + location.pathname, title: document.title.slice(0, 200) },
      };
    }

    /** Whether a customer is here who has to prove anew who they are. */
    get #stale() {
      const { token, verified } = this.#memory.read();
      return (this.asked || (verified && !token)) && !this.identity;
    }

    /**
     * The token or the identity is no good. Somebody unknown begins as somebody new, and what was
     * typed goes along. A customer does not become somebody unknown without wishing it: the page
     * is asked for a fresh identity. Where that is no good either, the token is what is wrong.
     */
    #anew() {
      const { token, verified } = this.#memory.read();
      const both = token && this.identity;
      const customer = verified || this.given;
      if (!both || this.asked) this.#memory.write({ token: null, ...(!customer && { conversation: null, ended: null }) });
      if (!customer || (both && this.asked)) return Boolean(token);
      this.identity = null;
      this.asked = true;
      setTimeout(() => this.#tell('identity', { renew: (identity) => this.#prove(identity) }));
      return false;
    }

    #down(final) {
      this.#outbox?.unsend();
      this.#typing.hidden = true;
      const words = (w) => (this.#stale ? w.prove : final ? w.stopped : this.#talk.id ? w.lost : w.connecting);
      const show = () => {
        this.#speaker.say(this.#lost.firstChild, words);
        if (this.#lost.hidden || final) this.#announce(words);
        this.#lost.hidden = false;
        this.#timers.lost = null;
      };
      // Most breaks mend themselves before anybody needs to know.
      if (final) show();
      else if (this.#lost.hidden) this.#timers.lost ??= setTimeout(show, 1200);
    }

    #mended() {
      clearTimeout(this.#timers.lost);
      this.#timers.lost = null;
      if (!this.#lost.hidden) this.#announce((w) => w.found);
      this.#lost.hidden = true;
    }

    #frame(frame) {
      switch (frame.type) {
        case 'welcome': return this.#welcome(frame);
        case 'event': return this.#event(frame);
        case 'ack': return this.#outbox.ack(frame, this.#talk.last);
        case 'typing': return this.#theyType(frame);
        case 'read': return this.#theyRead(frame);
        case 'queue': return this.#wait(frame);
        case 'error': return this.#error(frame);
        default: return undefined;
      }
    }

    #welcome(frame) {
      this.#mended();
      const { conversation: id, status, seq } = frame;
      const verified = frame.identity === 'verified';
      // From here on the token says who it is, for longer than the identity does.
      if (verified) this.identity = this.asked = null;
      const talk = this.#talk;
      if (!frame.resumed || id !== talk.id) this.#clear(id);
      this.#memory.write({ token: frame.token, verified, conversation: id, ...(status !== 'ended' && { ended: null }) });
      talk.status = status;
      talk.upto = seq;
      talk.read = { visitor: 0, agent: 0, ...frame.read };
      this.#fill(seq > talk.last);
      this.#composer.limit = frame.limits?.text_chars || this.#composer.limit;
      if (!this.#memory.read().lang && known(frame.lang)) this.#speak(known(frame.lang));
      this.#outbox.move(id);
      this.#arrange();
      this.#outbox.flush();
      this.#log.marks(talk.read.agent);
      this.#seen();
      this.#tell('ready', { conversation: id, status, lang: frame.lang, identity: frame.identity });
    }

    #fill(filling) {
      this.#filling = filling;
      this.#log.quiet(filling);
      if (!filling) this.#seen();
    }

    #clear(id) {
      Object.assign(this.#talk, { id, last: 0, upto: 0, status: '', shown: 'bot', agent: null, read: { visitor: 0, agent: 0 } });
      this.#log.reset();
      this.#queue = null;
      this.#rating.hidden = true;
      this.#unreadIs(0);
    }

    #post(type, fields, shown) {
      this.#outbox.post(type, fields, this.#talk.id, shown);
      this.#start();
      this.#arrange();
    }

    #error(frame) {
      if (frame.code === 'not_found' && !this.#link.up) {
        this.#memory.write({ conversation: null, ended: null });
        this.#link.send(this.#hello());
        return;
      }
      if (frame.code === 'ended') this.#talk.status = 'ended';
      this.#outbox.refuse(frame);
      this.#arrange();
    }

    // --------------------------------------------------------------------------------- events

    #event(event) {
      const { seq, kind } = event;
      const talk = this.#talk;
      if (kind === 'erased' && seq <= talk.last) this.#log.erase(seq);
      if (seq <= talk.last) return;
      if (seq !== talk.last + 1) {
        this.#link.later();
        return;
      }
      talk.last = seq;
      const mine = event.from?.role === 'visitor';
      const follow = this.#log.pinned || mine || this.#filling;
      this.#draw(event);
      if (mine && event.id) {
        this.#outbox.done(event.id);
        this.#composer.calm();
      }
      this.#outbox.settle(seq);
      if (kind === 'message' && !mine && seq > talk.read.visitor && !this.#onScreen) this.#unreadIs(this.#unread + 1);
      if (follow) this.#log.toEnd();
      else if (kind === 'message') this.#log.fresh.hidden = false;
      if (this.#filling && seq >= talk.upto) requestAnimationFrame(() => this.#fill(false));
      this.#log.marks(talk.read.agent);
      this.#seen();
      if (kind === 'message') this.#tell('message', { seq, role: event.from?.role, text: event.text });
    }

    #draw(event) {
      switch (event.kind) {
        case 'message': return this.#message(event);
        case 'status': return this.#status(event);
        case 'rating_request': return this.#askRating(event);
        case 'rated':
          this.#rating.hidden = true;
          return this.#log.line((w) => w.rated(event.score), event.seq);
        case 'ended': return this.#ended(event);
        default: return event.text && this.#log.line(() => event.text, event.seq);
      }
    }

    #message(event) {
      const role = event.from?.role;
      if (role !== 'visitor') this.#typing.hidden = true;
      if (role === 'bot' && known(event.lang) && !this.#memory.read().lang) this.#speak(known(event.lang));
      this.#log.message(event);
    }

    #status({ status, agent, seq }) {
      const talk = this.#talk;
      const name = agent?.name;
      if (talk.status === 'ended') {
        // The agent took the end back.
        this.#memory.write({ ended: null });
        this.#rating.hidden = true;
      }
      talk.status = status;
      talk.agent = name;
      if (status !== 'bot') this.#log.retire(null);
      this.#arrange();
      // A choice of language repeats the status; that is nothing to show.
      const now = name ? `${status} ${name}` : status;
      if (talk.shown === now) return;
      talk.shown = now;
      const words = { queued: (w) => w.queued, agent: (w) => w.joined(name || w.colleague), offline: (w) => w.offline, bot: (w) => w.back }[status];
      if (words) this.#log.line(words, seq);
      this.#tell('status', { status, agent: name });
    }

    #ended({ seq }) {
      this.#talk.status = 'ended';
      this.#log.retire(null);
      this.#log.line((w) => w.ended, seq);
      this.#memory.write({ ended: Date.now() });
      this.#tell('status', { status: 'ended' });
      if (this.#restarting) this.#renew();
      else this.#arrange();
    }

    #askRating(event) {
      this.#rating.replaceChildren(rating(this.#speaker, event, (fields) => {
        this.#rating.hidden = true;
        this.#post('rating', fields);
        this.#focus();
      }));
      this.#rating.hidden = false;
      if (!this.#filling) this.#announce(() => event.text);
    }

    // ------------------------------------------------------------------- what others are doing

    #theyType({ from, ttl_s: ttl }) {
      if (from?.role === 'visitor') return;
      const words = (w) => w.typing(from?.name || (from?.role === 'agent' ? w.colleague : w.assistant));
      if (this.#typing.hidden) this.#announce(words);
      this.#speaker.say(this.#typing.lastChild, words);
      const follow = this.#log.pinned;
      this.#typing.hidden = false;
      if (follow) this.#log.toEnd();
      clearTimeout(this.#timers.typing);
      this.#timers.typing = setTimeout(() => { this.#typing.hidden = true; }, (ttl || 5) * 1000);
    }

    #theyRead({ by, seq }) {
      const { read, last } = this.#talk;
      if (!(seq > read[by])) return;
      read[by] = seq;
      // Another of the visitor's tabs has shown them.
      if (by === 'visitor' && seq >= last) this.#unreadIs(0);
      this.#log.marks(read.agent);
    }

    #wait({ position, wait_s: wait, wait_low_s: low, wait_high_s: high, open }) {
      // Both ends of the spread, once where they are the same.
      const spread = [...new Set([low ?? wait, high ?? wait].map((seconds) => Math.max(1, Math.round(seconds / 60))))].join('–');
      this.#queue = (w) => {
        const more = open === false ? w.offline : wait ? w.wait(spread) : '';
        return `${position ? w.queue(position) : w.queued} ${more}`.trim();
      };
      const before = this.#strip.textContent;
      this.#arrange();
      if (this.#strip.textContent !== before) this.#announce(this.#queue);
    }

    get #onScreen() {
      return (this.#inline || this.#panel.open) && document.visibilityState !== 'hidden';
    }

    #unreadIs(count) {
      if (count === this.#unread) return;
      this.#unread = count;
      this.#badge.hidden = !count;
      this.#badge.textContent = count;
      this.#speaker.again(this.#launcher);
      this.#tell('unread', { count });
    }

    /** Tells the server what has been on the screen, once it has. */
    #seen() {
      if (!this.#onScreen) return;
      this.#unreadIs(0);
      const { last, read } = this.#talk;
      if (last <= read.visitor || this.#filling || !this.#link.up) return;
      if (this.#link.send({ type: 'read', seq: last })) read.visitor = last;
    }

    // -------------------------------------------------------------------- what the visitor does

    #choose(lang) {
      this.#memory.write({ lang });
      if (lang === this.#speaker.lang) return;
      this.#speak(lang);
      if (this.#talk.id && this.#talk.status !== 'ended') this.#post('lang', { lang });
    }

    #speak(lang) {
      if (lang === this.#speaker.lang) return;
      this.#speaker.lang = lang;
      this.#tongue();
      for (const node of this.#root.querySelectorAll('[data-w]')) this.#speaker.again(node);
    }

    #tongue() {
      this.#panel.lang = this.#launcher.lang = this.#speaker.lang;
      if (this.#page) document.documentElement.lang = this.#speaker.lang;
    }

    /** The conversation as a text file. */
    #save() {
      saveAs(new Blob([this.#log.text, '\n'], { type: 'text/plain' }), `chat-${new Date().toLocaleDateString('sv')}.txt`);
    }

    /** Sends a file, then the message that carries it. */
    #upload(file) {
      const composer = this.#composer;
      const call = new XMLHttpRequest();
      call.open('POST', `${this.server}/v1/chat/attachments`);
      call.setRequestHeader('authorization', `Bearer ${this.#memory.read().token}`);
      call.setRequestHeader('x-file-name', encodeURIComponent(file.name));
      const over = (act) => () => { composer.uploads(null); this.#focus(); act?.(); };
      const refuse = () => composer.warn((w) => (call.status === 413 ? w.file_large(composer.megabytes) : call.status === 415 ? w.file_kind : w.refused));
      call.upload.onprogress = ({ loaded, total }) => composer.uploads(file.name, loaded / total, () => call.abort());
      call.onabort = over();
      call.onerror = over(refuse);
      call.onload = over(() => {
        if (call.status !== 201) return refuse();
        const { id, name } = JSON.parse(call.response);
        return this.#post('message', { text: name, attachments: [id] }, name);
      });
      composer.uploads(file.name, 0, () => call.abort());
      call.send(file);
    }

    /** Gets a file of the conversation: it is given to whoever has the token only. */
    async #fetch(url, name) {
      try {
        const answer = await fetch(url, { headers: { authorization: `Bearer ${this.#memory.read().token}` }, credentials: 'omit' });
        if (!answer.ok) throw answer.status;
        saveAs(await answer.blob(), name);
      } catch {
        this.#composer.warn((w) => w.refused);
      }
    }

    #restart() {
      if (this.#talk.status === 'ended' || !this.#talk.id) {
        this.#renew();
        return;
      }
      this.#restarting = true;
      this.#post('end', {});
      this.#focus();
    }

    /** Leaves an ended conversation behind. */
    #renew() {
      this.#restarting = false;
      if (this.#stale) {
        this.#memory.write({ token: null, verified: null });
        this.asked = this.given = null;
      }
      this.#memory.write({ conversation: null, ended: null });
      this.#clear(null);
      this.#arrange();
      this.#link.stop();
      this.#start();
      this.#focus();
    }

    /** Shows the parts that the present status calls for. */
    #arrange() {
      const { status, agent } = this.#talk;
      const ended = status === 'ended' || this.#stale;
      const { form, human } = this.#composer;
      const held = this.#root.activeElement;
      form.hidden = ended;
      this.#renewal.hidden = !ended;
      this.#head.end.hidden = ended;
      // While one is wanted already, asking again changes nothing.
      human.hidden = !['', 'bot'].includes(status);
      if (this.#outbox?.has('human')) human.setAttribute('aria-disabled', 'true');
      else human.removeAttribute('aria-disabled');
      const words = { queued: this.#queue || ((w) => w.queued), agent: agent && ((w) => w.with(agent)), offline: (w) => w.offline }[status];
      this.#strip.hidden = !words;
      if (words) this.#speaker.say(this.#strip.firstChild, words);
      // What had the focus may be gone now.
      if (held && !held.getClientRects().length) this.#focus();
    }
  }

  window.SkickaChat = SkickaChat;
  if (!customElements.get('skicka-chat')) customElements.define('skicka-chat', SkickaChat);
})();
