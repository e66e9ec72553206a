import { createMemo, createSignal, For, onMount, Show } from 'solid-js';
import { render } from 'solid-js/web';
import html from 'solid-js/html';

function App() {
  const [data, setData] = createSignal(null);
  const [filter, setFilter] = createSignal('');
  onMount(async () => setData(await (await fetch('/built/products.json')).json()));
  const shown = createMemo(() => data()?.products.filter((product) => product.name.includes(filter())) ?? []);
  return html`<${Show} when=${() => data() !== null} fallback=${html`<p>Loading</p>`}>
    <main><h1>Stock (Solid)</h1><input onInput=${(event) => setFilter(event.target.value)} />
    <table><tbody><${For} each=${shown}>${(product) => html`<tr class="row"><td>${product.id}</td><td><a href=${`#/item/${product.id}`}>${product.name}</a></td><td>${product.price.toFixed(2)}</td><td>${product.stock}</td></tr>`}<//></tbody></table>
    <p class="total">${() => data()?.total} in stock</p></main><//>`;
}

render(App, document.getElementById('app'));
