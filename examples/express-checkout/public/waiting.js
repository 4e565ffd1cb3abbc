// Looks every two seconds whether the bank has answered: the guard says so by refusing, or by leading to the order.
const look = async () => {
  const answer = await fetch(location.href).catch(() => undefined);
  if (answer && !answer.ok) location.reload();
  else setTimeout(look, 2000);
};
setTimeout(look, 1000);
