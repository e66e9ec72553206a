using System.Text.Json;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;

namespace BrowserFarm.Storage;

/// <summary>Writes a crawl's stored results to its files: each result exactly once, whatever interrupts it.</summary>
public sealed class ResultExport : IAsyncDisposable
{
    private const int Batch = 100;

    private readonly IJobQueue _queue;
    private readonly string _crawlId;
    private readonly NdjsonFile _results;
    private readonly string _failuresPath;

    private ResultExport(IJobQueue queue, string crawlId, NdjsonFile results, string failuresPath)
    {
        _queue = queue;
        _crawlId = crawlId;
        _results = results;
        _failuresPath = failuresPath;
    }

    /// <exception cref="IOException">The files cannot be written.</exception>
    public static ResultExport Open(IJobQueue queue, string crawlId, CrawlFolder folder) =>
        new(queue, crawlId, NdjsonFile.Open(folder.ResultsPath), folder.FailuresPath);

    /// <summary>Appends what was stored since the last call. One caller at a time.</summary>
    /// <returns>How many results were written.</returns>
    /// <exception cref="IOException">The disk is full or failing; what was not written is written by a later call or after a resume.</exception>
    public async Task<int> CatchUpAsync(CancellationToken cancellationToken)
    {
        var written = 0;
        while (true)
        {
            var results = await _queue.ReadResultsAsync(_crawlId, _results.LastSequence, Batch, cancellationToken);
            foreach (var result in results)
            {
                var json = JsonSerializer.SerializeToUtf8Bytes(result.Document, JobsJson.Readable.PageDocument);
                await _results.AppendAsync(result.Sequence, json, cancellationToken);
                written++;
            }

            if (results.Count < Batch)
                return written;
        }
    }

    /// <summary>Writes the failed jobs with their attempts to <c>failures.ndjson</c>, whole and at once; no file when there are none.</summary>
    /// <returns>How many there are.</returns>
    public async Task<int> WriteFailuresAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        var partial = _failuresPath + ".part";
        await using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write))
        {
            long last = 0;
            while (await _queue.ReadDeadLettersAsync(_crawlId, last, Batch, cancellationToken) is { Count: > 0 } letters)
            {
                foreach (var letter in letters)
                {
                    await JsonSerializer.SerializeAsync(file, FailureLine.Of(letter), StorageJson.Readable.FailureLine, cancellationToken);
                    file.WriteByte((byte)'\n');
                    last = letter.Job.Id;
                    count++;
                }
            }
        }

        if (count > 0)
        {
            File.Move(partial, _failuresPath, overwrite: true);
        }
        else
        {
            File.Delete(partial);
            File.Delete(_failuresPath);
        }

        return count;
    }

    public ValueTask DisposeAsync() => _results.DisposeAsync();
}
