using System.Text;
using BrowserFarm.Extraction;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering;
using BrowserFarm.Rendering.Http;
using ContextPool.Leasing;
using TestKit;

namespace BrowserFarm.IntegrationTests.Rendering;

/// <summary>One schema, one page, two ways to read it: with a browser and without. What is matched must not depend on which.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class FieldsOfBothEnginesTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private readonly HttpRenderer _http = new(new HttpRenderOptions(), new RenderOptions(), TimeProvider.System);
    private TestSite _site = null!;

    public async Task InitializeAsync() => _site = await TestSite.StartAsync(CancellationToken.None);

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task Fields_OfAnyKind_AreTheSameWithAndWithoutABrowser()
    {
        _site.MapHtml("/dir/page", """
            <!doctype html><html lang=en><head><title>t</title><base href="/base/"><style>p { color: red }</style></head><body>
            <h1 id=head>  Two
              words <!-- no comment --> &amp; more</h1>
            <a class=more href="x?a=1&amp;b=2">on</a><a class=bare>bare</a><p hidden>hidden</p><p></p><pre>  a
              b</pre>
            <table><tr><td>1<td>2<tr><td>3<td>4</table><svg><path d="M0"></path></svg><script>var inline = 1;</script>
            <form id=trap><input name=attributes><input name=querySelectorAll><input name=textContent><input name=getAttribute><b>in the form</b></form>
            <ul><li data-n=1><b>one</b><i>x</i></li><li data-n=2><b>two</b></li><li><b>three</b><ul><li data-n=4><b>four</b></li></ul></li></ul>
            <p class=long title="">text</p><input type=checkbox checked></body></html>
            """);
        var fields = FieldSchema.Parse(Encoding.UTF8.GetBytes("""
            {
              "head": "h1", "keep": { "css": "pre", "space": "keep" }, "href": "a.more@href", "none": "a.bare@href", "nothing": ".nothing", "empty": "p.long@title",
              "hidden": "p[hidden]", "all": { "css": "p", "list": true }, "html": { "css": "table", "html": true }, "whole": { "css": "body", "space": "keep" },
              "cells": { "xpath": "//td", "list": true }, "second": { "xpath": "//td[2]" }, "odd": { "xpath": "//li[not(@data-n)]/b" }, "text": { "xpath": "//h1/text()", "list": true },
              "attributes": { "xpath": "//@data-n", "list": true }, "count": { "xpath": "count(//li)" }, "word": { "xpath": "concat(//b, '-', //i)" }, "true": { "xpath": "//li and not(//h5)" },
              "nan": { "xpath": "number(//b)" }, "big": { "xpath": "1 div 3" }, "id": { "xpath": "id('head')" }, "root": { "xpath": "/html/@lang" }, "up": { "xpath": "//i/.." , "html": true },
              "svg": { "xpath": "//*[local-name()='path']/@d" }, "svgByName": { "xpath": "//path" }, "comment": { "xpath": "//comment()" }, "last": { "xpath": "(//li)[last()]/b" },
              "before": { "xpath": "//li[@data-n='4']/preceding::b", "list": true }, "union": { "xpath": "//i | //h1 | //b", "list": true },
              "form": { "css": "form", "fields": { "bold": "b", "names": { "css": "input", "list": true, "attribute": "name" }, "scope": { "css": ":scope > b" }, "self": { "attribute": "id" } } },
              "items": { "css": "ul > li", "list": true, "fields": { "n": { "attribute": "data-n" }, "bold": { "xpath": "b" }, "all": { "xpath": ".//b", "list": true }, "outside": { "xpath": "//h1" },
                "inner": { "css": "li", "list": true, "fields": { "n": { "attribute": "data-n", "type": "number" } } } } },
              "grouped": { "fields": { "lang": { "attribute": "lang" }, "head": "h1" } },
              "checked": "input[type=checkbox]@checked"
            }
            """), "schema");

        var (rendered, read) = (await RenderAsync("/dir/page", fields), await ReadAsync("/dir/page", fields));

        read.BaseUrl.Should().Be(rendered.BaseUrl).And.Be(_site.UriOf("/base/"));
        for (var i = 0; i < fields.Count; i++)
            rendered.Fields[i].Should().BeEquivalentTo(read.Fields[i], options => options.WithStrictOrdering(), $"the field {fields[i].Name} is what it is");
        var values = FieldReader.Read(fields, rendered.Fields, rendered.BaseUrl).Values;
        values["head"]!.GetValue<string>().Should().Be("Two words & more");
        values["items"]!.AsArray().Should().HaveCount(4);
        values["form"]!.ToJsonString().Should().Be("""{"bold":"in the form","names":["attributes","querySelectorAll","textContent","getAttribute"],"scope":"in the form","self":"trap"}""");
    }

    [Fact]
    public async Task Fields_OfAHostilePage_AreNotTamperedWith()
    {
        _site.MapHtml("/", """
            <!doctype html><h1>true</h1><ul><li>1</li><li>2</li></ul><script>
            Array.prototype.map = Array.from = () => ['forged'];
            Array.prototype.flatMap = Array.prototype.slice = Array.prototype.filter = () => ['forged'];
            JSON.stringify = () => '"forged"'; Object.prototype.toJSON = String.prototype.toJSON = () => 'forged';
            Document.prototype.querySelectorAll = Element.prototype.querySelectorAll = () => [];
            Document.prototype.evaluate = () => { throw new Error('forged'); };
            Object.defineProperty(Node.prototype, 'textContent', { get: () => 'forged' });
            Object.defineProperty(Array.prototype, '0', { set() { throw new Error('forged'); } });
            </script>
            """);
        var fields = FieldSchema.Parse("""{ "head": "h1", "items": { "xpath": "//li", "list": true } }"""u8.ToArray(), "schema");

        var page = await RenderAsync("/", fields);

        FieldReader.Read(fields, page.Fields, page.BaseUrl).Values.ToJsonString().Should().Be("""{"head":"true","items":["1","2"]}""");
    }

    [Fact]
    public async Task Fields_InShadowRoots_AreFoundByCss()
    {
        _site.MapHtml("/", """
            <!doctype html><x-card></x-card><script>
            document.querySelector('x-card').attachShadow({ mode: 'open' }).innerHTML = '<b class=price>5 €</b><x-in></x-in>';
            document.querySelector('x-card').shadowRoot.querySelector('x-in').attachShadow({ mode: 'open' }).innerHTML = '<b class=price>6 €</b>';
            </script>
            """);
        var fields = FieldSchema.Parse("""{ "prices": { "css": ".price", "list": true, "type": "money" } }"""u8.ToArray(), "schema");

        var page = await RenderAsync("/", fields);

        FieldReader.Read(fields, page.Fields, page.BaseUrl).Values.ToJsonString().Should().Be("""{"prices":[{"amount":5,"currency":"EUR"},{"amount":6,"currency":"EUR"}]}""");
    }

    [Fact]
    public async Task Fields_XPathThatTakesForEver_CostsItselfAndNeitherThePageNorOtherFields()
    {
        _site.MapHtml("/", $"<!doctype html><h1>here</h1>{string.Concat(Enumerable.Repeat("<p>x", 5000))}");
        var fields = FieldSchema.Parse("""{ "head": "h1", "bomb": { "xpath": "//p[count(//p[count(//p) > 1]) > 1]" } }"""u8.ToArray(), "schema");

        var page = await RenderAsync("/", fields);
        var plain = await ReadAsync("/", fields);

        page.Text.Should().StartWith("here");
        foreach (var read in new[] { page, plain })
        {
            read.Fields[0].Taken.Should().ContainSingle().Which.Value.Should().Be("here");
            read.Fields[1].Error.Should().Be("the selectors took too long");
        }
    }

    private async Task<RenderedPage> RenderAsync(string path, IReadOnlyList<FieldSpec> fields)
    {
        await using var lease = await chromium.Pool.LeaseAsync(LeaseRequest.Any, CancellationToken.None);
        var outcome = await new BrowserRenderer(new RenderOptions(), TimeProvider.System).RenderAsync(lease, Request(path, fields), CancellationToken.None);
        return outcome.Should().BeOfType<RenderOutcome.Rendered>().Subject.Page;
    }

    private async Task<RenderedPage> ReadAsync(string path, IReadOnlyList<FieldSpec> fields) =>
        (await _http.ReadAsync(Request(path, fields), CancellationToken.None)).Should().BeOfType<RenderOutcome.Rendered>().Subject.Page;

    private RenderRequest Request(string path, IReadOnlyList<FieldSpec> fields) =>
        new(CanonicalUrl.Parse(_site.UriOf(path).AbsoluteUri), new PageWish([PageFormat.Text], fields), TargetTurn.Unlimited);
}
