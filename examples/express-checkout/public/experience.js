// The shopper's side of an experience, against the emulator: enter, wait, hand the grant over, go to checkout.
import { handOff } from '/fanfare/checkout.js';

const place = document.getElementById('experience');

if (place) {
  const { api, key, type, distribution, slug } = place.dataset;
  const checkout = `/checkout/${slug}`;
  const way = document.getElementById('way');
  const status = document.getElementById('status');
  const enter = document.getElementById('enter');
  const toCheckout = document.getElementById('checkout');
  const bid = document.getElementById('bid');
  const problem = document.getElementById('problem');
  const drop = `${api}/${type}s/${distribution}`;
  // Kept while the shopper waits, so that a refresh does not cost them their place.
  const kept = `fanfare.${distribution}`;
  let token = sessionStorage.getItem(kept);

  const READY = 'Ready when you are.';
  const WAITING = {
    QUEUED: ({ position }) => `You are number ${position} in the queue. Keep this page open.`,
    ENTERED: () => 'You are in the draw. Good luck.',
    WINNING: ({ lastBidAmount }) => `Yours is the highest bid: € ${lastBidAmount}.`,
    BIDDING: ({ lastBidAmount }) => `Your bid is in: € ${lastBidAmount}.`,
    OUTBID: (_state, highestBid) => `Somebody bid more: € ${highestBid}.`,
    NOT_BID: (_state, highestBid) =>
      highestBid ? `The highest bid so far: € ${highestBid}.` : 'Nobody has bid yet.',
  };
  const OVER = {
    NOT_QUEUED: READY,
    NOT_ENTERED: READY,
    LOST: 'Not this time. You may take part again.',
    DENIED: 'Your time to check out is over. You may take part again.',
    // A win without a grant is one that was used or let go.
    WON: 'You have won this one already. You may take part again.',
    COMPLETED: 'Your place has been used for an order. Thank you.',
  };

  async function call(path, body) {
    const headers = { 'Content-Type': 'application/json', 'X-Publishable-Key': key };
    if (token) headers.Authorization = `Bearer ${token}`;
    const answer = await fetch(path, {
      method: body ? 'POST' : 'GET',
      headers,
      body: body && JSON.stringify(body),
    });
    const result = await answer.json().catch(() => ({}));
    if (!answer.ok) throw Object.assign(new Error(result.error), { status: answer.status });
    return result;
  }

  /** In the shopper's words: what Fanfare says to them where it says something, else what to do. */
  const sentenceFor = ({ status: code, message }) =>
    code === 400 || code === 423 || code === 429
      ? `${message}.`
      : 'That did not work. Please try again in a moment.';

  /** One view at a time: what the page says, and what it offers. */
  function show(text, { canEnter = false, canBid = false, canCheckOut = false, waits = false } = {}) {
    if (status.textContent !== text) status.textContent = text;
    enter.hidden = !canEnter;
    toCheckout.hidden = !canCheckOut;
    if (bid) bid.hidden = !canBid;
    place.classList.toggle('waits', waits);
  }

  function over(text) {
    token = null;
    sessionStorage.removeItem(kept);
    show(text, { canEnter: true });
  }

  const lookSoon = () => setTimeout(() => look().catch(trouble), 1000);

  function trouble({ status: code }) {
    if (code === 401) {
      over('Your place is not known any more. Please take part again.');
      return;
    }
    show('We cannot see your place just now. We look again in a moment; please stay on this page.', {
      waits: true,
    });
    lookSoon();
  }

  async function look() {
    const state = await call(`${drop}/status`);
    const { highestBid } = bid ? await call(`${drop}/highest-bid`) : {};
    if (state.admissionGrant) await admitted(state.admissionGrant);
    else if (OVER[state.status]) over(OVER[state.status]);
    else {
      show(WAITING[state.status](state, highestBid), { canBid: Boolean(bid), waits: true });
      lookSoon();
    }
  }

  /** From here into the checkout: each a way of its own, of which a shop has one. */
  const GO = {
    /** The grant waits in the session storage; `handOff` gives it to the shop. */
    async storage(admissionGrant, goesTo = checkout) {
      sessionStorage.setItem('fanfare_admission', JSON.stringify({ admissionGrant, storedAt: Date.now() }));
      const { outcome, message } = await handOff();
      if (outcome === 'later') throw new Error('The shop could not be asked.');
      if (outcome !== 'admitted') {
        over(message);
        return;
      }
      leave(goesTo);
    },
    /** The shop takes the grant out of the URL before the page is shown. */
    link: (admissionGrant) => leave(`${checkout}?admission_token=${encodeURIComponent(admissionGrant)}`),
    /** The shop holds the admission, and leads on to the other domain. */
    elsewhere: (admissionGrant) => GO.storage(admissionGrant, `/elsewhere/${slug}`),
    /** The page around the frame hands the grant on. */
    frame(admissionGrant) {
      sessionStorage.setItem(`grant.${slug}`, admissionGrant);
      leave(`/framed/${slug}`);
    },
    /** Fanfare's webhook tells the shop of its winner, and the shop writes a mail. */
    async mail(admissionGrant) {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await fetch('/mails', {
        method: 'POST',
        headers,
        body: JSON.stringify({ admissionGrant }),
      });
      if (!answer.ok) throw new Error('The shop could not be asked.');
      leave('/mails');
    },
  };

  function leave(url) {
    over('You’re in.');
    show('You’re in.', { canCheckOut: true });
    location.assign(url);
  }

  async function admitted(admissionGrant) {
    show('You’re in. One moment, your checkout is being opened.', { waits: true });
    await GO[way.value](admissionGrant);
  }

  async function begin() {
    if (token) {
      await look().catch(trouble);
      return;
    }
    const { serverNow, admissions } = await (await fetch('/fanfare/session')).json();
    // The countdown that has just led here may be a moment ahead of the server.
    const runs = ({ expiresAt }) => expiresAt === null || expiresAt - serverNow > 2_000;
    if (admissions.some((held) => held.distributionId === distribution && runs(held))) {
      show('You have been let in before. Go on to checkout, or take part once more.', {
        canEnter: true,
        canCheckOut: true,
      });
    }
  }

  // A refresh while waiting keeps the way as well.
  way.value = sessionStorage.getItem('way');
  if (way.selectedIndex < 0) way.value = 'storage';
  way.addEventListener('change', () => sessionStorage.setItem('way', way.value));

  enter.addEventListener('click', async () => {
    show('One moment.', { waits: true });
    // Why they were sent here is of no interest any more, after a refresh neither.
    document.querySelector('.notice')?.remove();
    history.replaceState(null, '', location.pathname);
    try {
      token ??= (await call(`${api}/auth/guest`, {})).accessToken;
      sessionStorage.setItem(kept, token);
      await call(`${drop}/enter`, {});
      await look();
    } catch (error) {
      over(sentenceFor(error));
    }
    // The button that had the focus is gone while the shopper waits.
    if (enter.hidden) (bid?.elements.amount ?? status).focus();
  });

  bid?.addEventListener('submit', async (event) => {
    event.preventDefault();
    const amount = bid.elements.amount.value.replace(',', '.');
    problem.textContent = '';
    try {
      await call(`${drop}/bid`, { amount });
      show(`Your bid is in: € ${amount}.`, { canBid: true, waits: true });
    } catch (error) {
      problem.textContent = sentenceFor(error);
    }
  });

  begin().catch(() => over(READY));
}
