using BrowserFarm.Diagnostics;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Operations;

/// <summary>Writes a change of the farm's state to the log, as gravely as it is.</summary>
internal static class PipelineLog
{
    public static void PipelineIs(this ILogger logger, PipelineVerdict verdict)
    {
        switch (verdict.State)
        {
            case PipelineState.Stalled:
                logger.PipelineStalled(verdict.Reason);
                break;
            case PipelineState.Starved:
                logger.PipelineStarved(verdict.Reason);
                break;
            default:
                logger.PipelineChanged(verdict.State.ToString(), verdict.Reason);
                break;
        }
    }
}
