// A countdown that follows the server's clock, whatever the device's says, and a form that is sent once.
const order = document.getElementById('order');
const countdown = document.getElementById('countdown');
const announce = document.getElementById('announce');
const said = new Set();
let left = Number(countdown?.dataset.expires) - Number(countdown?.dataset.now);
let since = performance.now();
let sent = false;

function tick() {
  const seconds = Math.max(0, Math.ceil((left - (performance.now() - since)) / 1000));
  countdown.firstElementChild.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  countdown.classList.toggle('late', seconds < 60);
  for (const minutes of [5, 1]) {
    if (seconds <= minutes * 60 && !said.has(minutes)) {
      said.add(minutes);
      announce.textContent = `Less than ${minutes === 1 ? 'one minute' : '5 minutes'} left to order.`;
    }
  }
  if (seconds > 0) setTimeout(tick, 250);
  // Leaving now would hide the answer to an order that is on its way.
  else if (!sent) location.assign(countdown.dataset.experience);
}

/** A device that slept may have stopped counting: the server says what is left. */
async function catchUp() {
  const { serverNow, admissions } = await (await fetch('/fanfare/session')).json();
  const { value: id } = order.elements.fanfare_admission_id;
  left = (admissions.find((held) => held.id === id)?.expiresAt ?? serverNow) - serverNow;
  since = performance.now();
}

if (countdown) {
  tick();
  document.addEventListener('visibilitychange', () => {
    // Without an answer the page counts on by itself.
    if (!document.hidden) catchUp().catch(() => undefined);
  });
}

function setSent(value) {
  sent = value;
  order.setAttribute('aria-busy', String(value));
  order.querySelector('button').disabled = value;
}
order.addEventListener('submit', () => setSent(true));
addEventListener('pageshow', () => setSent(false));
