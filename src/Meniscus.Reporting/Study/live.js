(function () {
  var shown = document.documentElement.dataset.version;
  function ask() {
    fetch('live', { cache: 'no-store' }).then(function (answer) { return answer.json(); }).then(function (now) {
      if (now.version !== shown) { location.reload(); return; }
      document.getElementById('live').innerHTML = now.html;
    }).catch(function () {
      document.getElementById('live').textContent = 'The report is no longer served; what is shown is its last state.';
    }).finally(function () { setTimeout(ask, 2000); });
  }
  ask();
})();
