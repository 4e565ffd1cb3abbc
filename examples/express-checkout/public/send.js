// Sends the form that leads back to the shop.
document.querySelector('[data-send]')?.submit();
