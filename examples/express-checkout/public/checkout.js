// A countdown that follows the server's clock, whatever the device's says, and a form that is sent once.
const order = document.getElementById('order');
const countdown = document.getElementById('countdown');
const announce = document.getElementById('announce');
const ends = Number(countdown?.dataset.expires) - Number(countdown?.dataset.now);
const started = performance.now();
const said = new Set();
let sent = false;

function tick() {
  const left = ends - (performance.now() - started);
  const seconds = Math.max(0, Math.ceil(left / 1000));
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
if (countdown) tick();

order.addEventListener('submit', () => {
  sent = true;
  order.querySelector('button').disabled = true;
});
addEventListener('pageshow', () => {
  sent = false;
  order.querySelector('button').disabled = false;
});
