using BrowserFarm.Cli;

return await FarmCommandLine.RunAsync(args);
