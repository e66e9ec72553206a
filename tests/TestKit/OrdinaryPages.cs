using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace TestKit;

/// <summary>Six pages such as a scraper meets every day. Each renders itself by script and then adds the element <c>#ready</c>.</summary>
internal static class OrdinaryPages
{
    private const int Products = 200;
    private const int Images = 12;

    public static IEnumerable<HostilePage> All =>
    [
        Page("products", "<template id=\"product\"><article><h3></h3><p></p><strong></strong><a>Details</a></article></template><main id=\"list\"></main>",
            """
            const template = document.getElementById('product');
            for (const product of await (await fetch('/ordinary/products.json')).json()) {
              const card = template.content.cloneNode(true);
              card.querySelector('h3').textContent = product.name;
              card.querySelector('p').textContent = product.text;
              card.querySelector('strong').textContent = product.price + ' €';
              card.querySelector('a').href = '/ordinary/products/' + product.id;
              list.append(card);
            }
            """, ("/ordinary/products.json", "application/json", ProductList)),
        Page("table", "<table id=\"table\"></table>",
            """
            for (let row = 0; row < 375; row++) {
              const line = table.insertRow();
              for (let column = 0; column < 7; column++) line.insertCell().textContent = row * column;
            }
            """),
        Page("gallery", "<link rel=\"stylesheet\" href=\"/ordinary/gallery.css\"><main id=\"gallery\"></main>",
            $$"""
            const images = Array.from({ length: {{Images}} }, (_, i) => Object.assign(new Image(), { src: `/ordinary/image-${i}.bmp`, alt: 'Image ' + i }));
            gallery.append(...images);
            await Promise.all(images.map(image => image.decode()));
            """, [("/ordinary/gallery.css", "text/css", GalleryStyle), .. ImageParts()]),
        Page("chart", "<canvas id=\"chart\" width=\"900\" height=\"400\"></canvas><ul id=\"legend\"></ul>",
            """
            const values = await (await fetch('/ordinary/series.json')).json();
            const brush = chart.getContext('2d');
            brush.beginPath();
            values.forEach((value, i) => brush.lineTo(i * 900 / values.length, 400 - 4 * value));
            brush.stroke();
            legend.innerHTML = values.map(value => `<li>${value}</li>`).join('');
            """, ("/ordinary/series.json", "application/json", Series)),
        Page("article", "<article id=\"text\"></article><section id=\"comments\"></section>",
            """
            const paragraph = 'Ships were built here for three hundred years, and the last of them still lies at the quay. '.repeat(8);
            text.innerHTML = '<h2>The harbour</h2>' + `<p>${paragraph}</p>`.repeat(30);
            await new Promise(resolve => setTimeout(resolve, 30));
            comments.innerHTML = Array.from({ length: 60 }, (_, i) => `<div class="comment"><b>Visitor ${i}</b><p>I was there too.</p></div>`).join('');
            """),
        Page("components", "<search-results></search-results>",
            """
            customElements.define('search-results', class extends HTMLElement {
              connectedCallback() {
                const shadow = this.attachShadow({ mode: 'open' });
                shadow.innerHTML = '<style>li { display: flex; gap: 1em }</style><input value="search"><ul></ul>';
                const list = shadow.querySelector('ul');
                for (let i = 0; i < 300; i++) list.insertAdjacentHTML('beforeend', `<li><b>Result ${i}</b><span>found in chapter ${i % 17}</span></li>`);
              }
            });
            await customElements.whenDefined('search-results');
            """),
    ];

    private static byte[] ProductList => JsonSerializer.SerializeToUtf8Bytes(Enumerable.Range(1, Products).Select(id => new
    {
        id,
        name = $"Product {id}",
        price = ((id * 37 % 1000) / 10.0).ToString("0.00", CultureInfo.InvariantCulture),
        text = $"Number {id} of a series of {Products}, made of wood and steel, delivered within {(id % 9) + 1} days.",
    }));

    private static byte[] Series => JsonSerializer.SerializeToUtf8Bytes(Enumerable.Range(0, 500).Select(i => Math.Round(50 + (40 * Math.Sin(i / 20.0)), 1)));

    private static byte[] GalleryStyle => "main { display: grid; grid-template-columns: repeat(4, 1fr); gap: 8px } img { width: 100%; border-radius: 6px }"u8.ToArray();

    private static IEnumerable<(string Path, string Type, byte[] Body)> ImageParts() =>
        Enumerable.Range(0, Images).Select(i => ($"/ordinary/image-{i}.bmp", "image/bmp", Bitmap(shade: (byte)(i * 20))));

    /// <summary>160 × 120 pixels of a gradient, in the one image format that needs no encoder: 14 bytes of file header, 40 of image header, rows of BGR.</summary>
    private static byte[] Bitmap(byte shade)
    {
        const int Width = 160, Height = 120, Header = 54;
        var bytes = new byte[Header + (Width * Height * 3)];
        "BM"u8.CopyTo(bytes);
        void Write(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);
        Write(2, bytes.Length);
        Write(10, Header);
        Write(14, 40);
        Write(18, Width);
        Write(22, Height);
        Write(26, 1 | (24 << 16));   // one plane, 24 bits per pixel
        for (var i = 0; i < Width * Height; i++)
        {
            bytes[Header + (3 * i)] = shade;
            bytes[Header + (3 * i) + 1] = (byte)(i % Width);
            bytes[Header + (3 * i) + 2] = (byte)(i / Width);
        }

        return bytes;
    }

    private static HostilePage Page(string name, string body, string script, params IEnumerable<(string Path, string Type, byte[] Body)> parts)
    {
        var page = HostilePage.WithHtml(HostileKind.Ordinary, name, $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><title>{name}</title></head>
            <body>
            <h1>{name}</h1>
            {body}
            <script type="module">
            {script}
            document.body.insertAdjacentHTML('beforeend', '<p id="ready">ready</p>');
            </script>
            </body>
            </html>
            """);
        return page with { Parts = parts.ToDictionary(part => part.Path, part => Serve(part.Type, part.Body)) };
    }

    private static RequestDelegate Serve(string type, byte[] body) => context =>
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    };
}
