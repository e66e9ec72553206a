namespace BrowserFarm.Operations.Audit;

/// <summary>How something was found to be.</summary>
public enum FindingGrade
{
    Ok,

    /// <summary>Works, but should be known.</summary>
    Warning,

    Failed,
}

/// <summary>One finding about the machine, or about the browser that runs on it.</summary>
/// <param name="Subject">In a word: <c>sandbox</c>, <c>switches</c>, <c>temporary files</c>.</param>
/// <param name="Text">What was found, with its numbers.</param>
/// <param name="Remedy">What to do; null when there is nothing to do.</param>
public sealed record Finding(string Subject, FindingGrade Grade, string Text, string? Remedy = null);
