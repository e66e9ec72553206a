using System.Net;
using System.Text.Json;
using BrowserFarm.Api;
using BrowserFarm.Api.Answers;
using BrowserFarm.Operations.Audit;

namespace BrowserFarm.Cli.Remote;

/// <summary><c>farm doctor --url</c>: is a service alive, ready, and what did it find about itself.</summary>
internal static class RemoteDoctor
{
    public static async IAsyncEnumerable<Check> RunAsync(FarmClient farm, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (status, body) = await farm.AskAsync("healthz", cancellationToken);
        if (status != HttpStatusCode.OK)
        {
            yield return new Check("alive", FindingGrade.Failed, ProblemText.Of(body, (int)status, farm.Name), "Is it a BrowserFarm service that answers there?", ExitCode.Service);
            yield break;
        }

        yield return new Check("alive", FindingGrade.Ok, $"{farm.Name} answers");
        var (_, ready) = await farm.AskAsync("readyz", cancellationToken);
        foreach (var condition in FarmClient.Read(ready, ApiJson.Readable.ReadyAnswer).Checks)
        {
            yield return condition.Holds
                ? new Check(condition.Name, FindingGrade.Ok, "ready")
                : new Check(condition.Name, FindingGrade.Failed, ClientText.Clean(condition.Reason), ExitCode: ExitCode.Service);
        }

        var audit = FarmClient.Read(await farm.GetAsync("v1/audit", cancellationToken), ApiJson.Readable.AuditAnswer);
        foreach (var finding in audit.Findings)
        {
            yield return new Check(
                finding.Subject, AuditFinding.GradeOf(finding.Grade), ClientText.Clean(finding.Text), finding.Remedy, ExitCode.Service);
        }

        var queue = FarmClient.Read(await farm.GetAsync("v1/queue", cancellationToken), ApiJson.Readable.QueueAnswer);
        yield return new Check("pipeline", queue.State switch { "stalled" => FindingGrade.Failed, "starved" => FindingGrade.Warning, _ => FindingGrade.Ok }, $"{queue.State}: {ClientText.Clean(queue.Reason)}", ExitCode: ExitCode.Service);
    }

    /// <summary>The checks as one JSON document, each as the service tells its findings.</summary>
    public static string ToJson(IEnumerable<Check> checks) => JsonSerializer.Serialize(
        [.. checks.Select(check => new AuditFinding(check.Subject, AuditFinding.NameOf(check.Grade), check.Finding, check.Remedy))], ApiJson.Readable.IReadOnlyListAuditFinding);
}
