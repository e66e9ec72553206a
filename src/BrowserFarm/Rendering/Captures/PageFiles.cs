using System.Globalization;
using System.Text;
using BrowserFarm.Jobs;
using BrowserFarm.Rendering.Failures;
using Microsoft.Playwright;

namespace BrowserFarm.Rendering.Captures;

/// <summary>Takes the files that are wanted of a page. The page is read by then: what goes wrong here costs that file alone, and is told.</summary>
internal sealed class PageFiles(IPage page, TabSession tab, PageRecorders recorders, PageWish wish, RenderOptions options, TimeProvider time)
{
    /// <summary>Bytes of one file; a larger one is left out.</summary>
    public const int MaxBytes = 64 << 20;

    private readonly Dictionary<PageFormat, byte[]> _files = [];
    private readonly List<CaptureProblem> _problems = [];

    public IReadOnlyDictionary<PageFormat, byte[]> Files => _files;

    public IReadOnlyList<CaptureProblem> Problems => _problems;

    /// <summary>Takes one after the other, each within the time for an action.</summary>
    /// <param name="title">The page's, for an archive.</param>
    /// <exception cref="PlaywrightException">Page or browser are gone.</exception>
    public async Task TakeAsync(string title, CancellationToken stop)
    {
        foreach (var format in wish.Formats.Where(PageFormats.IsFile))
        {
            try
            {
                Keep(format, await Bounded.RunAsync(options.ActionTimeout, time, bounded => TakeAsync(format, title, bounded), stop));
            }
            catch (TimeoutException)
            {
                Note(format, string.Create(CultureInfo.InvariantCulture, $"It took longer than {options.ActionTimeout.TotalSeconds:0.#} s."));
            }
            catch (PlaywrightException exception) when (!FailureClassifier.IsEndOfPage(exception))
            {
                Note(format, $"{exception.Message.Split('\n')[0].TrimEnd('.')}.");
            }
        }
    }

    private async Task<byte[]?> TakeAsync(PageFormat format, string title, CancellationToken stop)
    {
        switch (format)
        {
            case PageFormat.Png or PageFormat.Jpeg or PageFormat.Webp:
                var (picture, problem) = await new Screenshot(tab, wish.Capture.Screenshot, options.ActionTimeout).TakeAsync(format, stop);
                if (problem is not null)
                    Note(format, problem);
                return picture;
            case PageFormat.Pdf:
                return await page.PdfAsync(PdfPrint.OptionsFor(wish.Capture.Pdf)).BoundedBy(stop);
            case PageFormat.Mhtml:
                var snapshot = await tab.Session.CallAsync("Page.captureSnapshot", ("format", "mhtml")).BoundedBy(stop);
                return Encoding.UTF8.GetBytes(snapshot!.Value.GetProperty("data").GetString()!);
            case PageFormat.Har:
                return recorders.Network!.ToHar(title);
            default:
                return await recorders.ServedAsync().BoundedBy(stop);
        }
    }

    private void Keep(PageFormat format, byte[]? file)
    {
        if (file is { Length: > MaxBytes })
            Note(format, $"It has {file.Length >> 20} MB; at most {MaxBytes >> 20} MB are kept.");
        else if (file is not null)
            _files.Add(format, file);
    }

    private void Note(PageFormat format, string reason) => _problems.Add(new CaptureProblem(format, reason));
}
