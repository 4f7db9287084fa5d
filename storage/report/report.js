// Draws the charts. Where scripts do not run, as in mail, the tables stay open and say the same.
(function () {
  var specs = JSON.parse(document.getElementById("specs").textContent);
  Object.keys(specs).forEach(function (name) {
    var place = document.getElementById("chart-" + name);
    vegaEmbed(place, specs[name], {
      mode: "vega-lite", renderer: "svg", ast: true, actions: false, defaultStyle: false, tooltip: false
    }).then(function () {
      place.className += " drawn";
      document.getElementById("table-" + name).open = false;
    });
  });
})();
