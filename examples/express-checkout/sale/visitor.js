// A browser that keeps cookies, follows what it is told to, and asks again when the shop is away.
const BUSY = new Set([429, 500, 502, 503, 504]);
const AGAIN_MS = 500;
const PATIENCE_MS = 180_000;
const NAVIGATION = { Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks until there is an answer: a shopper who sees an error page presses reload. */
async function ask(url, init = {}) {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await pause(AGAIN_MS * (1 + Math.random()))) {
    const answer = await fetch(url, { redirect: 'manual', ...init }).catch(() => undefined);
    if (answer && !BUSY.has(answer.status)) return answer;
    await answer?.body?.cancel();
  }
  throw new Error(`${url.split('?')[0]} was away for too long`);
}

function createVisitor() {
  const jars = new Map();
  return async function visit(url, init = {}) {
    const { host, origin } = new URL(url);
    if (!jars.has(host)) jars.set(host, new Map());
    const jar = jars.get(host);
    const headers = { ...NAVIGATION, ...init.headers };
    if (jar.size > 0) headers.Cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await ask(url, { ...init, headers });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      jar.set(name, value);
    }
    const location = answer.headers.get('location');
    return {
      status: answer.status,
      text: await answer.text(),
      goesTo: location === null ? undefined : new URL(location, origin).href,
    };
  };
}

module.exports = { ask, createVisitor, pause };
