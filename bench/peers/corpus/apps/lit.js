import { html, LitElement } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

class StockTable extends LitElement {
  static properties = { data: { state: true }, filter: { state: true } };

  constructor() {
    super();
    this.filter = '';
  }

  // In the document itself: what is in a shadow tree is in nobody's outerHTML.
  createRenderRoot() { return this; }

  async connectedCallback() {
    super.connectedCallback();
    this.data = await (await fetch('/built/products.json')).json();
  }

  render() {
    if (!this.data) return html`<p>Loading</p>`;
    const shown = this.data.products.filter((product) => product.name.includes(this.filter));
    return html`<main><h1>Stock (Lit)</h1><input @input=${(event) => { this.filter = event.target.value; }}>
      <table><tbody>${repeat(shown, (product) => product.id, (product) => html`<tr class="row"><td>${product.id}</td><td><a href="#/item/${product.id}">${product.name}</a></td><td>${product.price.toFixed(2)}</td><td>${product.stock}</td></tr>`)}</tbody></table>
      <p class="total">${this.data.total} in stock</p></main>`;
  }
}

customElements.define('stock-table', StockTable);
