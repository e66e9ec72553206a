using BrowserFarm.Queueing;

namespace BrowserFarm.Tests.Queueing;

public sealed class InMemoryJobQueueTests : JobQueueContract
{
    protected override IJobQueue OpenQueue(TimeProvider time, QueueBounds? bounds = null) => new InMemoryJobQueue(time, bounds);
}
