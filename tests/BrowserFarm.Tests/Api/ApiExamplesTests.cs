using System.Text.Json;
using BrowserFarm.Api;
using BrowserFarm.Api.Answers;
using BrowserFarm.Api.Requests;
using BrowserFarm.Jobs;

namespace BrowserFarm.Tests.Api;

public sealed class ApiExamplesTests
{
    /// <summary>By name: every type that is an example of something.</summary>
    private static readonly Dictionary<string, Type> Types = new[]
    {
        typeof(CrawlRequest), typeof(JobRequest), typeof(RenderPageRequest), typeof(PagesRequest), typeof(RequeueRequest), typeof(CrawlAnswer), typeof(CrawlList), typeof(PhaseAnswer), typeof(CancelAnswer),
        typeof(AddedAnswer), typeof(JobAnswer), typeof(JobList), typeof(SubmittedJob), typeof(DeadLetterList), typeof(RequeuedAnswer), typeof(FailureClassList), typeof(QueueAnswer), typeof(PoolAnswer), typeof(PoolContextsAnswer), typeof(HistoryAnswer),
        typeof(TargetList), typeof(ScalingAnswer), typeof(AuditAnswer), typeof(ReadyAnswer), typeof(AliveAnswer), typeof(ExplainAnswer), typeof(PageDocument),
    }.ToDictionary(type => type.Name, StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. Types.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Find_EachExample_IsReadAndWrittenAsItIs(string name)
    {
        var example = ApiExamples.Find(Types[name])!.ToJsonString();
        var type = ApiJson.Readable.GetTypeInfo(Types[name])!;

        var read = JsonSerializer.Deserialize(example, type);
        using var written = JsonDocument.Parse(JsonSerializer.Serialize(read, type));

        Members(JsonDocument.Parse(example).RootElement, "").Should().BeSubsetOf(Members(written.RootElement, ""), "an example has only what there is");
    }

    [Fact]
    public void Names_All_AreOfTypesThatAreTested() =>
        ApiExamples.Names.Except(["Problems", "SessionRequest"], StringComparer.Ordinal).Should().BeSubsetOf(Types.Keys);

    [Fact]
    public void CrawlRequest_Example_IsACrawlWithoutMistakes()
    {
        var mistakes = new Mistakes();

        var request = JsonSerializer.Deserialize(ApiExamples.Find(typeof(CrawlRequest))!.ToJsonString(), ApiJson.Readable.CrawlRequest)!;
        CrawlRequestReader.Read(request, mistakes);

        mistakes.All.Should().BeEmpty();
    }

    /// <summary>Paths of all members; items of a list are alike.</summary>
    private static IEnumerable<string> Members(JsonElement json, string path) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(member => Members(member.Value, $"{path}/{member.Name}").Prepend($"{path}/{member.Name}")),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(item => Members(item, path)),
        _ => [],
    };
}
