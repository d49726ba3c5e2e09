using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Socorro.Minidumps.Symbols.Stores;
using Socorro.Minidumps.Symbols.Text;

namespace Socorro.Minidumps.Symbols.Supply;

/// <summary>How asking an address for a symbol file ended.</summary>
enum DownloadOutcome
{
    Arrived,

    /// <summary>It is not there, or what is there is not it.</summary>
    Missing,

    /// <summary>The server could not be asked, or would not answer: it may another time.</summary>
    Failed,
}

/// <summary>
/// Asks servers over HTTP. A file is written under another name beside its place, checked, and renamed, so that whoever looks
/// into the folder sees whole and right files only.
/// </summary>
sealed class SymbolDownload : IDisposable
{
    readonly SymbolSupplyOptions _options;
    readonly HttpClient _client;
    readonly HttpClient _unredirected;

    public SymbolDownload(SymbolSupplyOptions options)
    {
        _options = options;
        _client = CreateClient(allowRedirect: true);
        _unredirected = CreateClient(allowRedirect: false);
    }

    public void Dispose()
    {
        _client.Dispose();
        _unredirected.Dispose();
    }

    /// <summary>Fetches one address, again where that may help.</summary>
    public async Task<DownloadOutcome> FetchAsync(
        Uri address, ModuleKey key, List<LookupAttempt> attempts, CancellationToken cancel)
    {
        for (var repetition = 0; ; repetition++)
        {
            var (outcome, answer) = await TryFetchAsync(address, key, cancel);
            attempts.Add(new(address.AbsoluteUri, answer));
            if (outcome != DownloadOutcome.Failed || repetition == _options.Retries)
                return outcome;

            await Task.Delay(_options.RetryPause * (1 << repetition), _options.Time, cancel);
        }
    }

    /// <summary>The debug file and id that a redirect names.</summary>
    public async Task<ModuleKey?> FindByCodeAsync(
        Uri address, ModuleKey key, List<LookupAttempt> attempts, CancellationToken cancel)
    {
        try
        {
            using var patience = Patience(_options.IdleTimeout, cancel);
            using var response = await _unredirected.GetAsync(
                address, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            var found = response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found
                ? ReadKey(response.Headers.Location, key)
                : null;
            attempts.Add(new(
                address.AbsoluteUri,
                found is { } known ? $"says that it is {known.DebugFile} {known.DebugId}" : $"answered {(int)response.StatusCode}"));
            return found;
        }
        catch (Exception e) when (IsTrouble(e, cancel))
        {
            attempts.Add(new(address.AbsoluteUri, Describe(e)));
            return null;
        }
    }

    async Task<(DownloadOutcome Outcome, string Answer)> TryFetchAsync(Uri address, ModuleKey key, CancellationToken cancel)
    {
        try
        {
            using var patience = Patience(_options.TotalTimeout, cancel);
            using var silence = Patience(_options.IdleTimeout, patience.Token);
            using var response = await _client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, silence.Token);
            if (!response.IsSuccessStatusCode)
            {
                return (IsPassing(response.StatusCode) ? DownloadOutcome.Failed : DownloadOutcome.Missing,
                    $"answered {(int)response.StatusCode}");
            }

            await using var body = await response.Content.ReadAsStreamAsync(patience.Token);
            return await KeepAsync(body, address, key, patience);
        }
        catch (Exception e) when (IsTrouble(e, cancel))
        {
            return (DownloadOutcome.Failed, Describe(e));
        }
    }

    async Task<(DownloadOutcome Outcome, string Answer)> KeepAsync(
        Stream body, Uri address, ModuleKey key, CancellationTokenSource patience)
    {
        var path = Path.Combine(_options.Folder, key.Leaf, key.DebugId, key.Stem + ".sym");
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite))
            {
                if (!await TryCopyAsync(body, file, patience))
                    return (DownloadOutcome.Missing, $"is larger than {_options.MaxFileBytes} bytes");

                if (address.AbsolutePath.EndsWith('_') && !Cabinet.TryExpand(file, _options.MaxFileBytes))
                    return (DownloadOutcome.Missing, "is a cabinet that cannot be read");

                file.Position = 0;
                if (SymbolText.TryReadModule(file)?.DebugId is not { } id)
                    return (DownloadOutcome.Missing, "is not a symbol file");

                if (!id.Equals(key.DebugId, StringComparison.OrdinalIgnoreCase))
                    return (DownloadOutcome.Missing, $"is of another build, {id}");

                await AppendUrlAsync(file, address, patience.Token);
            }

            File.Move(temporary, path, overwrite: true);
            return (DownloadOutcome.Arrived, "was fetched");
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    async Task<bool> TryCopyAsync(Stream body, Stream file, CancellationTokenSource patience)
    {
        var buffer = new byte[1 << 16];
        var total = 0L;
        while (true)
        {
            using var idle = Patience(_options.IdleTimeout, patience.Token);
            var count = await body.ReadAsync(buffer, idle.Token);
            if (count == 0)
                return true;

            total += count;
            if (total > _options.MaxFileBytes)
                return false;

            await file.WriteAsync(buffer.AsMemory(0, count), patience.Token);
        }
    }

    /// <summary>Says where the file came from, as other tools that cache symbols do.</summary>
    static async Task AppendUrlAsync(FileStream file, Uri address, CancellationToken cancel)
    {
        file.Seek(-1, SeekOrigin.End);
        var lineEnd = file.ReadByte() == '\n' ? "" : "\n";
        await file.WriteAsync(Encoding.UTF8.GetBytes($"{lineEnd}INFO URL {address.AbsoluteUri}\n"), cancel);
    }

    /// <summary>The last parts of a redirect's target are leaf, id and file.</summary>
    static ModuleKey? ReadKey(Uri? location, ModuleKey key)
    {
        var path = location is null ? "" : location.IsAbsoluteUri ? location.AbsolutePath : location.OriginalString;
        return path.Split('?')[0].Split('/') is [.., var leaf, var id, _]
            ? new(Uri.UnescapeDataString(leaf), id, key.CodeFile, key.CodeId)
            : null;
    }

    static bool IsPassing(HttpStatusCode status) =>
        (int)status >= 500 || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;

    static bool IsTrouble(Exception e, CancellationToken cancel) =>
        e is HttpRequestException or IOException or InvalidDataException or UnauthorizedAccessException
            or UriFormatException // a redirect to an address that is none
        || e is OperationCanceledException && !cancel.IsCancellationRequested;

    static string Describe(Exception e) =>
        e is OperationCanceledException ? "failed: it took too long" : $"failed: {e.Message}";

    static CancellationTokenSource Patience(TimeSpan time, CancellationToken cancel)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        source.CancelAfter(time);
        return source;
    }

    HttpClient CreateClient(bool allowRedirect)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = _options.ConnectTimeout,
            AutomaticDecompression = DecompressionMethods.All,
            AllowAutoRedirect = allowRedirect,
            MaxConnectionsPerServer = _options.MaxDownloads,
        };
        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("socorro-stackwalk", "1"));
        return client;
    }
}
