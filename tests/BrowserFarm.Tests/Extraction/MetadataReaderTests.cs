using System.Text.Json;
using AngleSharp.Html.Parser;
using BrowserFarm.Extraction;
using BrowserFarm.Jobs;

namespace BrowserFarm.Tests.Extraction;

public sealed class MetadataReaderTests
{
    [Fact]
    public void Read_WhatAPageSaysOfItself_IsThere()
    {
        var read = Read("""
            <!doctype html><html lang="en-GB"><head><title>t</title>
            <meta name="Description" content=" A lamp. "><meta name=author content=Ada><meta name=keywords content="lamp, light,,"><meta name=robots content="noindex, nofollow">
            <link rel="canonical" href="/lamp"><link rel="alternate" hreflang="de" href="/de/lamp"><link rel="ALTERNATE home" type="application/rss+xml" title="News" href="feed.xml">
            <link rel="shortcut icon" href="/favicon.ico"><link rel=apple-touch-icon sizes=180x180 href=touch.png><link rel=stylesheet href=x.css>
            <meta property="og:title" content="Lamp"><meta property="og:image" content="1.png"><meta property="og:image" content="2.png"><meta property="product:price:amount" content="12">
            <meta name="twitter:card" content="summary"><meta name="twitter:card" content="second"><meta property="article:published_time" content="2026-11-26T10:00Z">
            </head></html>
            """);

        read.Should().BeEquivalentTo(new
        {
            Description = "A lamp.",
            Author = "Ada",
            Keywords = new[] { "lamp", "light" },
            Robots = "noindex, nofollow",
            Language = "en-GB",
            Canonical = "https://a.example/lamp",
            Published = "2026-11-26T10:00Z",
            Modified = (string?)null,
            Twitter = new Dictionary<string, string> { ["twitter:card"] = "summary" },
            Alternates = new[] { new MetadataLink("https://a.example/de/lamp", Language: "de") },
            Feeds = new[] { new MetadataLink("https://a.example/dir/feed.xml", "application/rss+xml", "News") },
            Icons = new[] { new MetadataLink("https://a.example/favicon.ico"), new MetadataLink("https://a.example/dir/touch.png", Sizes: "180x180") },
        });
        read.OpenGraph!["og:image"].Should().Equal("1.png", "2.png");
        read.OpenGraph["product:price:amount"].Should().Equal("12");
    }

    [Fact]
    public void Read_NothingIsSaid_IsNothing() =>
        JsonSerializer.Serialize(Read("<p>x"), JobsJson.Readable.PageMetadata).Should().Be("{}");

    [Fact]
    public void Read_JsonLd_IsTakenWhereItIsJson()
    {
        var read = Read("""
            <script type="application/ld+json">{ "@graph": [{ "@type": "WebPage" }, { "@type": "Article", "datePublished": "2026-01-02", }] }</script>
            <script type="APPLICATION/LD+JSON ">[{ "@type": "Product", "dateModified": "2026-02-03" }]</script>
            <script type="application/ld+json">{ broken</script><script type="application/json">{ "not": "ld" }</script>
            """);

        read.JsonLd!.ToJsonString().Should().Be("""[{"@graph":[{"@type":"WebPage"},{"@type":"Article","datePublished":"2026-01-02"}]},[{"@type":"Product","dateModified":"2026-02-03"}]]""");
        read.JsonLdRefused.Should().Be(1);
        read.Published.Should().Be("2026-01-02");
        read.Modified.Should().Be("2026-02-03");
    }

    [Fact]
    public void Read_Microdata_IsWrittenAsTheStandardDoes() =>
        Read("""
            <div itemscope itemtype="https://schema.org/Product" itemid="/p1" itemref="more"><h1 itemprop="name">A <b>lamp</b></h1><img itemprop="image photo" src="l.png">
            <div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><meta itemprop="price" content="12.50"><link itemprop=availability href="https://schema.org/InStock"><time itemprop=until datetime="2026-11-26">soon</time></div>
            <p>no property</p></div><p id=more itemprop="note">elsewhere</p>
            """).Microdata!.ToJsonString().Should().Be(
            """[{"type":["https://schema.org/Product"],"id":"https://a.example/p1","properties":{"note":["elsewhere"],"name":["A lamp"],"image":["https://a.example/dir/l.png"],"photo":["https://a.example/dir/l.png"],"offers":[{"type":["https://schema.org/Offer"],"properties":{"price":["12.50"],"availability":["https://schema.org/InStock"],"until":["2026-11-26"]}}]}}]""");

    [Fact]
    public void Read_MicrodataThatRefersToItself_Ends()
    {
        var read = Read("""<div itemscope id=a itemref="b"><i itemprop=x>1</i></div><div itemprop=y itemscope id=b itemref=a></div><div id=c itemscope itemref=c itemprop=z></div>""");

        read.Microdata!.ToJsonString().Should().Contain("\"y\"");
    }

    [Fact]
    public void Read_MoreThanAnybodyWants_IsBounded()
    {
        var many = string.Concat(Enumerable.Range(0, 3000).Select(number =>
            $"<meta property='og:x{number}' content='{new string('v', 5000)}'><link rel=icon href='{number}.png'><div itemscope><i itemprop=a>x</i></div><script type='application/ld+json'>{{\"a\":\"{new string('b', 1000)}\"}}</script>"));
        var nested = string.Concat(Enumerable.Repeat("<div itemscope itemprop=a>", 300));

        var read = Read($"<div itemscope>{nested}</div>{many}<script type='application/ld+json'>{new string('[', 100)}{new string(']', 100)}</script>");

        read.OpenGraph!.Should().HaveCount(200);
        read.OpenGraph!["og:x0"][0].Should().HaveLength(4000);
        read.Icons.Should().HaveCount(200);
        read.Microdata!.Count.Should().BeLessThan(501);
        read.JsonLd!.Count.Should().BeLessThan(201);
        read.JsonLdRefused.Should().BeGreaterThan(2800);
        JsonSerializer.SerializeToUtf8Bytes(read, JobsJson.Readable.PageMetadata).Length.Should().BeLessThan(3_000_000);
    }

    private static PageMetadata Read(string html) => MetadataReader.Read(new HtmlParser().ParseDocument(html), new Uri("https://a.example/dir/page"));
}
