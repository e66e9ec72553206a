using BrowserFarm.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrowserFarm.Api.Access;

/// <summary>Looks every few seconds whether the tokens file has changed: a token that is taken out stops working without a restart.</summary>
internal sealed class TokenReloader(TokenStore tokens, TimeProvider time, ILogger<TokenReloader> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            switch (tokens.TryReload())
            {
                case TokenReload.Replaced replaced:
                    logger.TokensReplaced(replaced.Tokens);
                    break;
                case TokenReload.Kept kept:
                    logger.TokensKept(kept.Reason);
                    break;
                default:
                    break;
            }
        }
    }
}
