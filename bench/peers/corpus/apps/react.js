import { createElement as h, useEffect, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';

function Row({ product }) {
  return h('tr', { className: 'row' }, h('td', null, product.id), h('td', null, h('a', { href: `#/item/${product.id}` }, product.name)), h('td', null, product.price.toFixed(2)), h('td', null, product.stock));
}

function Item({ product }) {
  return h('article', null, h('h2', null, product.name), h('p', null, product.text), h('a', { href: '#/' }, 'back'));
}

function App() {
  const [data, setData] = useState(null);
  const [filter, setFilter] = useState('');
  const [route, setRoute] = useState(location.hash);
  useEffect(() => { fetch('/built/products.json').then((answer) => answer.json()).then(setData); }, []);
  useEffect(() => { const go = () => setRoute(location.hash); addEventListener('hashchange', go); return () => removeEventListener('hashchange', go); }, []);
  const shown = useMemo(() => data?.products.filter((product) => product.name.includes(filter)) ?? [], [data, filter]);
  if (!data) return h('p', null, 'Loading');
  const item = data.products.find((product) => route === `#/item/${product.id}`);
  return h('main', null, h('h1', null, 'Stock (React)'), h('input', { value: filter, onChange: (event) => setFilter(event.target.value) }),
    item ? h(Item, { product: item }) : h('table', null, h('tbody', null, shown.map((product) => h(Row, { key: product.id, product })))), h('p', { className: 'total' }, `${data.total} in stock`));
}

createRoot(document.getElementById('app')).render(h(App));
