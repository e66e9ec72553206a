using System.Text.Json;
using BrowserFarm.Jobs;
using BrowserFarm.Queueing;
using CsvHelper;

namespace BrowserFarm.Storage.Exports;

/// <summary>Results as a table (RFC 4180, UTF-8): a heading, then a row a page. Lists and objects are JSON in their cell.</summary>
/// <remarks>
/// Pages are written by strangers, and a spreadsheet runs a cell that begins like a formula: such text gets an apostrophe in front
/// (OWASP, "CSV Injection"). Numbers stay numbers.
/// </remarks>
internal sealed class CsvResults : IResultWriter
{
    /// <summary>The signs of formulas as East Asian input methods write them; spreadsheets take them for the others. The plain ones are the library's to find.</summary>
    private const string WideSigns = "＝＋－＠";

    private readonly IReadOnlyList<ResultColumn> _columns;
    private readonly CsvWriter _csv;

    /// <param name="stream">Stays the caller's.</param>
    public CsvResults(Stream stream, IReadOnlyList<ResultColumn> columns)
    {
        _columns = columns;
        _csv = CsvWriter.Create(
            stream,
            new CsvWriterOptions { Injection = CsvInjection.Escape, InjectionCharacters = "=@+-\t\r\n", TrueValue = "true", FalseValue = "false" },
            leaveOpen: true);
        foreach (var column in columns)
            _csv.WriteField(column.Path);
        _csv.EndRecord();
    }

    public async Task WriteAsync(StoredResult result, CancellationToken cancellationToken)
    {
        var document = JsonSerializer.SerializeToElement(result.Document, JobsJson.Readable.PageDocument);
        foreach (var column in _columns)
        {
            if (column.Path == ResultColumn.Sequence)
                _csv.WriteField(result.Sequence, format: default);
            else
                Write(column.ValueIn(document));
        }

        await _csv.EndRecordAsync(cancellationToken);
    }

    public Task CompleteAsync(CancellationToken cancellationToken) => _csv.FlushAsync(cancellationToken).AsTask();

    public ValueTask DisposeAsync() => _csv.DisposeAsync();

    private void Write(JsonElement? value)
    {
        switch (value)
        {
            case null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined }:
                _csv.WriteField("");
                break;
            case { ValueKind: JsonValueKind.Number } number when number.TryGetDecimal(out var amount):
                _csv.WriteField(amount, format: default);
                break;
            case { ValueKind: JsonValueKind.Number } number:
                _csv.WriteField(number.GetDouble(), format: default);
                break;
            case { ValueKind: JsonValueKind.True or JsonValueKind.False } answer:
                _csv.WriteField(answer.GetBoolean());
                break;
            case { ValueKind: JsonValueKind.String } text when text.GetString() is { } words:
                _csv.WriteField(words.Length > 0 && WideSigns.Contains(words[0], StringComparison.Ordinal) ? "'" + words : words);
                break;
            case { } other:
                _csv.WriteField(other.GetRawText());
                break;
        }
    }
}
