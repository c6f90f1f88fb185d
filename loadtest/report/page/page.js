import { chartPicture, showChart } from './charts.js';
import { framed, PICTURE_WIDTH, save, ZOOM } from './pictures.js';
import { showReplay } from './player.js';

const { seconds, charts, replay } = JSON.parse(document.querySelector('#drawings').textContent);
const run = document.title;

for (const chart of charts) {
  const figure = document.querySelector(`[data-chart="${chart.id}"]`);
  const hidden = showChart(figure, chart, seconds);
  figure.querySelector('.save').addEventListener('click', async () => {
    const drawn = await chartPicture(chart, { width: PICTURE_WIDTH, seconds, hidden, zoom: ZOOM });
    const shown = chart.series.filter((_, place) => !hidden.has(place));
    const legend = shown.map(({ name, color }) => [name, color]);
    await save(framed(drawn, { title: chart.title, subtitle: run, legend }), chart.id);
  });
}
const figure = document.querySelector('.replay');
if (replay && figure) showReplay(figure, replay, { seconds, title: run });
