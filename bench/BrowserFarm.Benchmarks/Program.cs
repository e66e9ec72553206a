using System.CommandLine;
using System.CommandLine.Help;
using BrowserFarm.Benchmarks.Chaos;
using BrowserFarm.Benchmarks.Concurrency;
using BrowserFarm.Benchmarks.Engines;
using BrowserFarm.Benchmarks.Limiting;
using BrowserFarm.Benchmarks.Peers;
using BrowserFarm.Benchmarks.Pooling;
using BrowserFarm.Benchmarks.Queueing;
using BrowserFarm.Benchmarks.Rendering;
using BrowserFarm.Benchmarks.Scaling;
using BrowserFarm.Benchmarks.Serving;
using BrowserFarm.Benchmarks.Soaking;
using BrowserFarm.Benchmarks.Starting;
using BrowserFarm.Benchmarks.Targets;

// Not a RootCommand, whose name in the help is that of the executable and not what a person types.
var bench = new Command("bench", "Measure what a part costs, on a quiet machine.") { PoolCommand.Create(), QueueCommand.Create(), LimiterCommand.Create(), TargetsCommand.Create(), RenderCommand.Create(), AutoCommand.Create(), ServiceCommand.Create(), StartCommand.Create(), PeersCommand.Create(), ConcurrencyCommand.Create(), ScaleCommand.Create() };
var root = new Command("./farm", "Measures the farm and wears it down.") { new HelpOption(), bench, SoakCommand.Create(), ChaosCommand.Create(), DensityCommand.Create(), CorpusCommand.Create() };

// Ctrl-C ends a run early and still prints its table.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(3) });
