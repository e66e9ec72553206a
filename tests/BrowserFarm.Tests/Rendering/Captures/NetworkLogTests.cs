using System.Text.Json;
using BrowserFarm.Rendering.Captures;

namespace BrowserFarm.Tests.Rendering.Captures;

public sealed class NetworkLogTests
{
    private readonly NetworkLog _log = new();

    [Fact]
    public void Take_RequestWithItsAnswer_IsOneExchange()
    {
        Sent("1", "https://a.example/x?q=1", at: 10);
        Take("Network.requestWillBeSentExtraInfo", """{ "requestId": "1", "headers": { "Cookie": "a=1; b=2", "Accept": "*/*" } }""");
        Answered("1", 200);
        Take("Network.responseReceivedExtraInfo", """{ "requestId": "1", "headers": { "Set-Cookie": "c=3\nd=4; Secure" } }""");
        Take("Network.dataReceived", """{ "requestId": "1", "dataLength": 70 }""");
        Take("Network.dataReceived", """{ "requestId": "1", "dataLength": 30 }""");
        Take("Network.loadingFinished", """{ "requestId": "1", "timestamp": 10.5, "encodedDataLength": 60 }""");

        var exchange = _log.Exchanges.Should().ContainSingle().Subject;
        exchange.Answer!.Status.Should().Be(200);
        exchange.RequestHeaders.Should().Equal(new NamedValue("Cookie", "a=1; b=2"), new NamedValue("Accept", "*/*"));
        exchange.AnswerHeaders.Should().Equal(new NamedValue("Set-Cookie", "c=3"), new NamedValue("Set-Cookie", "d=4; Secure"));
        (exchange.BodyBytes, exchange.WireBytes, exchange.Ended, exchange.Error).Should().Be((100, 60, 10.5, null));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Take_Redirects_AreExchangesOfTheirOwnWhateverComesFirst(bool headersComeLate)
    {
        const string First = """{ "requestId": "1", "headers": { "Location": "/b" } }""";
        Sent("1", "https://a.example/a", at: 1);
        if (!headersComeLate)
            Take("Network.responseReceivedExtraInfo", First);
        Take("Network.requestWillBeSent", """
            { "requestId": "1", "timestamp": 2, "wallTime": 1700000002, "type": "Document", "request": { "url": "https://a.example/b", "method": "GET", "headers": {} },
              "redirectResponse": { "status": 302, "statusText": "Found", "headers": {}, "mimeType": "", "encodedDataLength": 99 } }
            """);
        if (headersComeLate)
            Take("Network.responseReceivedExtraInfo", First);
        Take("Network.responseReceivedExtraInfo", """{ "requestId": "1", "headers": { "X": "second" } }""");
        Answered("1", 200);

        _log.Exchanges.Select(exchange => (exchange.Url, exchange.Answer?.Status, exchange.RedirectedTo)).Should().Equal(
            ("https://a.example/a", 302, "https://a.example/b"), ("https://a.example/b", 200, null));
        _log.Exchanges[0].WireBytes.Should().Be(99);
        _log.Exchanges[0].AnswerHeaders.Should().Equal(new NamedValue("Location", "/b"));
        _log.Exchanges[1].AnswerHeaders.Should().Equal(new NamedValue("X", "second"));
    }

    [Fact]
    public void Take_HeadersOfTheWireBeforeTheirRequest_AreItsAllTheSame()
    {
        Take("Network.requestWillBeSentExtraInfo", """{ "requestId": "1", "headers": { "Cookie": "first" } }""");
        Take("Network.responseReceivedExtraInfo", """{ "requestId": "1", "headers": { "Location": "/b" } }""");
        Sent("1", "https://a.example/a", at: 1);
        Take("Network.requestWillBeSentExtraInfo", """{ "requestId": "1", "headers": { "Cookie": "second" } }""");
        Take("Network.responseReceivedExtraInfo", """{ "requestId": "1", "headers": { "X": "second" } }""");
        Take("Network.requestWillBeSent", """
            { "requestId": "1", "timestamp": 2, "wallTime": 1700000002, "type": "Document", "request": { "url": "https://a.example/b", "method": "GET", "headers": {} },
              "redirectResponse": { "status": 302, "statusText": "Found", "headers": {}, "mimeType": "", "encodedDataLength": 99 } }
            """);
        Answered("1", 200);

        _log.Exchanges.Select(exchange => exchange.RequestHeaders.Single().Value).Should().Equal("first", "second");
        _log.Exchanges.Select(exchange => exchange.AnswerHeaders.Single().Name).Should().Equal("Location", "X");
    }

    [Fact]
    public void Take_Failure_SaysWhy()
    {
        Sent("1", "https://a.example/", at: 1);
        Sent("2", "https://b.example/", at: 1);
        Take("Network.loadingFailed", """{ "requestId": "1", "timestamp": 2, "errorText": "net::ERR_FAILED" }""");
        Take("Network.loadingFailed", """{ "requestId": "2", "timestamp": 2, "errorText": "net::ERR_BLOCKED_BY_CLIENT", "blockedReason": "inspector" }""");

        _log.Exchanges.Select(exchange => exchange.Error).Should().Equal("net::ERR_FAILED", "blocked: inspector");
    }

    [Fact]
    public void Take_WhatHasNoAddressOrIsOfNobody_IsLeftOut()
    {
        Sent("1", "data:text/plain,x", at: 1);
        Sent("2", "blob:https://a.example/1", at: 1);
        Answered("9", 200);
        Take("Network.requestWillBeSent", "{}");
        Take("Network.loadingFinished", """{ "requestId": 7 }""");
        Take("Network.somethingNew", """{ "requestId": "1" }""");

        _log.Exchanges.Should().BeEmpty();
    }

    [Fact]
    public void Take_MoreThanAreKept_LeavesOutTheRest()
    {
        for (var i = 0; i <= NetworkLog.MaxExchanges; i++)
            Sent($"{i}", "https://a.example/", at: i);

        _log.Exchanges.Should().HaveCount(NetworkLog.MaxExchanges);
        _log.IsCut.Should().BeTrue();
    }

    /// <summary>Any order of a request's events, with any of them missing, makes no exchange without an address and never throws.</summary>
    [Fact]
    public void Take_EventsInAnyOrder_NeverThrows()
    {
        (string Name, string Json)[] events =
        [
            ("Network.requestWillBeSent", """{ "requestId": "1", "timestamp": 1, "request": { "url": "https://a.example/" } }"""),
            ("Network.requestWillBeSent", """{ "requestId": "1", "timestamp": 2, "request": { "url": "https://a.example/2" }, "redirectResponse": {} }"""),
            ("Network.requestWillBeSentExtraInfo", """{ "requestId": "1" }"""),
            ("Network.responseReceived", """{ "requestId": "1", "response": { "timing": null, "headers": 3, "status": "x" } }"""),
            ("Network.responseReceivedExtraInfo", """{ "requestId": "1", "headers": { "A": 1 } }"""),
            ("Network.loadingFailed", """{ "requestId": "1" }"""),
            ("Page.loadEventFired", "{}"),
        ];
        var dice = new Random(1);
        for (var i = 0; i < 500; i++)
        {
            var log = new NetworkLog();
            foreach (var (name, json) in dice.GetItems(events, dice.Next(1, 12)))
                log.Take(name, JsonDocument.Parse(json).RootElement);

            log.Exchanges.Should().NotContain(exchange => !exchange.Url.StartsWith("https://a.example/", StringComparison.Ordinal));
            HarWriter.Write(log, "").Should().NotBeEmpty();
        }
    }

    private void Sent(string id, string url, double at) => Take("Network.requestWillBeSent", JsonSerializer.Serialize(new
    {
        requestId = id,
        timestamp = at,
        wallTime = 1_700_000_000 + at,
        type = "Document",
        request = new { url, method = "GET", headers = new { Accept = "x" } },
    }));

    private void Answered(string id, int status) =>
        Take("Network.responseReceived", JsonSerializer.Serialize(new { requestId = id, type = "Document", response = new { status, headers = new { }, mimeType = "text/html" } }));

    private void Take(string @event, string json)
    {
        using var document = JsonDocument.Parse(json);
        _log.Take(@event, document.RootElement);
    }
}
