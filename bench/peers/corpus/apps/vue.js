import { computed, createApp, onMounted, ref } from 'vue';

const Row = { props: ['product'], template: '<tr class="row"><td>{{ product.id }}</td><td><a :href="`#/item/${product.id}`">{{ product.name }}</a></td><td>{{ product.price.toFixed(2) }}</td><td>{{ product.stock }}</td></tr>' };

createApp({
  components: { Row },
  setup() {
    const data = ref(null);
    const filter = ref('');
    const route = ref(location.hash);
    addEventListener('hashchange', () => { route.value = location.hash; });
    onMounted(async () => { data.value = await (await fetch('/built/products.json')).json(); });
    const shown = computed(() => data.value?.products.filter((product) => product.name.includes(filter.value)) ?? []);
    const item = computed(() => data.value?.products.find((product) => route.value === `#/item/${product.id}`));
    return { data, filter, shown, item };
  },
  template: `<main v-if="data"><h1>Stock (Vue)</h1><input v-model="filter">
    <article v-if="item"><h2>{{ item.name }}</h2><p>{{ item.text }}</p><a href="#/">back</a></article>
    <table v-else><tbody><Row v-for="product in shown" :key="product.id" :product="product"/></tbody></table>
    <p class="total">{{ data.total }} in stock</p></main><p v-else>Loading</p>`,
}).mount('#app');
