// The shopper's side of an experience, against the emulator: enter, wait, hand the grant over, go to checkout.
const place = document.getElementById('experience');

if (place) {
  const { api, key, type, distribution, checkout } = place.dataset;
  const status = document.getElementById('status');
  const enter = document.getElementById('enter');
  const bid = document.getElementById('bid');
  const way = `${api}/${type}s/${distribution}`;
  let token;

  const call = async (url, body) => {
    const headers = { 'Content-Type': 'application/json', 'X-Publishable-Key': key };
    if (token) headers.Authorization = `Bearer ${token}`;
    const answer = await fetch(url, {
      method: body ? 'POST' : 'GET',
      headers,
      body: body && JSON.stringify(body),
    });
    const result = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(result.error ?? 'That did not work.');
    return result;
  };
  const say = (text) => {
    if (status.textContent !== text) status.textContent = text;
  };
  const wait = () => setTimeout(() => look().catch(trouble), 1000);
  const trouble = () => {
    say('We cannot see your place just now. We look again in a moment; please stay on this page.');
    wait();
  };
  const over = (text) => {
    say(text);
    enter.hidden = false;
    if (bid) bid.hidden = true;
  };

  const words = {
    QUEUED: 'You are in the queue. Keep this page open.',
    ENTERED: 'You are in the draw. Good luck.',
    WINNING: 'Yours is the highest bid so far.',
    BIDDING: 'Yours is the highest bid so far.',
    OUTBID: 'Somebody bid more.',
    NOT_BID: 'Name your bid.',
  };
  const ends = {
    LOST: 'Not this time. You may take part again.',
    DENIED: 'Your time to check out is over. You may take part again.',
    COMPLETED: 'Your place has been used for an order. Thank you.',
  };

  async function look() {
    const state = await call(`${way}/status`);
    if (state.admissionGrant) await admitted(state.admissionGrant);
    else if (ends[state.status]) over(ends[state.status]);
    else {
      say(words[state.status] ?? 'One moment.');
      wait();
    }
  }

  async function admitted(admissionGrant) {
    say('You’re in. One moment, your checkout is being opened.');
    const answer = await fetch('/fanfare/admission', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ admissionGrant }),
    });
    if (answer.status >= 500) throw new Error('The shop could not be asked.');
    if (!answer.ok) {
      over((await answer.json()).message);
      return;
    }
    say('You’re in.');
    document.getElementById('checkout').hidden = false;
    if (bid) bid.hidden = true;
    location.assign(checkout);
  }

  enter.addEventListener('click', async () => {
    enter.hidden = true;
    try {
      token ??= (await call(`${api}/auth/guest`, {})).accessToken;
      await call(`${way}/enter`, {});
      if (bid) bid.hidden = false;
      await look();
    } catch (error) {
      over(error.message);
    }
  });
  bid?.addEventListener('submit', async (event) => {
    event.preventDefault();
    const { amount } = Object.fromEntries(new FormData(bid));
    await call(`${way}/bid`, { amount }).then(
      () => say('Your bid is in.'),
      (error) => say(error.message),
    );
  });
}
