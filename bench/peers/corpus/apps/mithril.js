import m from 'mithril';

let data = null;
let filter = '';

const List = {
  view: () => [
    m('table', m('tbody', data.products.filter((product) => product.name.includes(filter)).map((product) => m('tr.row', { key: product.id }, m('td', product.id), m('td', m(m.route.Link, { href: `/item/${product.id}` }, product.name)), m('td', product.price.toFixed(2)), m('td', product.stock))))),
    m('p.total', `${data.total} in stock`),
  ],
};

const Item = {
  view: ({ attrs }) => {
    const product = data.products.find((one) => one.id === Number(attrs.id));
    return m('article', m('h2', product.name), m('p', product.text), m(m.route.Link, { href: '/' }, 'back'));
  },
};

const within = (page) => ({ view: ({ attrs }) => m('main', m('h1', 'Stock (Mithril)'), m('input', { value: filter, oninput: (event) => { filter = event.target.value; } }), data ? m(page, attrs) : m('p', 'Loading')) });

m.request('/built/products.json').then((answer) => { data = answer; });
m.route(document.getElementById('app'), '/', { '/': within(List), '/item/:id': within(Item) });
