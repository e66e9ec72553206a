// Makes what the corpus serves besides the packages themselves: our own small applications as one bundle each, and the data all of them show.
// Run in the folder that has node_modules, apps and pages; writes into built/ there. The same input gives the same bytes.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

mkdirSync('built', { recursive: true });

await build({
  entryPoints: readdirSync('apps').map((name) => `apps/${name}`),
  outdir: 'built',
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  define: { 'process.env.NODE_ENV': '"production"', __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
  alias: { vue: 'vue/dist/vue.esm-bundler.js' },
  logLevel: 'warning',
});

const makers = ['Ardent', 'Birch & Co', 'Cobalt', 'Dunmore', 'Elder', 'Fjord', 'Granite'];
const things = ['lamp', 'chair', 'table', 'shelf', 'clock', 'rug', 'mirror', 'vase', 'stool', 'desk', 'bench'];
const products = Array.from({ length: 300 }, (_, at) => ({
  id: at + 1,
  name: `${makers[at % makers.length]} ${things[at % things.length]} ${100 + at}`,
  maker: makers[at % makers.length],
  price: ((at * 7919) % 50000) / 100 + 5,
  stock: (at * 31) % 97,
  text: `A ${things[at % things.length]} by ${makers[at % makers.length]}, number ${at + 1} of three hundred, made to be read by a machine.`,
}));
const total = products.reduce((sum, product) => sum + product.stock, 0);
const events = Array.from({ length: 60 }, (_, at) => {
  const day = String((at % 28) + 1).padStart(2, '0');
  return { id: `e${at}`, title: `Visit ${at + 1}`, start: `2026-02-${day}T${String(8 + (at % 9)).padStart(2, '0')}:00:00`, end: `2026-02-${day}T${String(9 + (at % 9)).padStart(2, '0')}:00:00`, url: `/visits/${at + 1}` };
});
const rows = products.map((product) => `<tr class="row"><td>${product.id}</td><td><a href="#/item/${product.id}">${product.name.replace('&', '&amp;')}</a></td><td>${product.price.toFixed(2)}</td><td>${product.stock}</td></tr>`);

writeFileSync('built/products.json', JSON.stringify({ total, products }));
writeFileSync('built/events.json', JSON.stringify(events));
writeFileSync('built/rows.html', `<table class="products"><tbody>${rows.join('')}</tbody></table><p class="total">${total} in stock</p>`);
writeFileSync('built/guide.md', ['# Guide', ...products.slice(0, 80).map((product) => `## ${product.name}\n\n${product.text}\n\n- [more](#/item/${product.id})\n- price: **${product.price.toFixed(2)}**\n\n\`\`\`js\nconst stock = ${product.stock};\n\`\`\``), '## The end\n\nNothing follows.'].join('\n\n'));
writeFileSync('built/slides.json', JSON.stringify(products.slice(0, 60).map((product) => ({ title: product.name, text: product.text, link: `/item/${product.id}` }))));
