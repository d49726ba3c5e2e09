using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;

namespace Socorro.Collecting;

/// <summary>A dump file and its annotations as the body of a submission, in the form that Crashpad gives it.</summary>
sealed class SubmissionContent : HttpContent
{
    readonly string _file;
    readonly bool _isCompressed;
    readonly byte[] _before;
    readonly byte[] _after;

    public SubmissionContent(string file, IEnumerable<KeyValuePair<string, string>> annotations, bool isCompressed)
    {
        var boundary = $"---MultipartBoundary-{Guid.NewGuid():N}---";
        var text = new StringBuilder();
        foreach (var (name, value) in annotations)
            text.Append(CultureInfo.InvariantCulture, $"--{boundary}\r\n{Disposition(name)}\r\n\r\n{value}\r\n");

        text.Append(CultureInfo.InvariantCulture, $"--{boundary}\r\n{Disposition("upload_file_minidump")}");
        text.Append(CultureInfo.InvariantCulture, $"; filename=\"{Escape(Path.GetFileName(file))}\"\r\n");
        text.Append("Content-Type: application/octet-stream\r\n\r\n");
        _before = Encoding.UTF8.GetBytes(text.ToString());
        _after = Encoding.UTF8.GetBytes($"\r\n--{boundary}--\r\n");
        _file = file;
        _isCompressed = isCompressed;
        Headers.TryAddWithoutValidation("Content-Type", $"multipart/form-data; boundary={boundary}");
        if (isCompressed)
            Headers.ContentEncoding.Add("gzip");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (!_isCompressed)
        {
            await WriteAsync(stream, cancellationToken);
            return;
        }

        await using var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true);
        await WriteAsync(gzip, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _isCompressed ? 0 : _before.Length + new FileInfo(_file).Length + _after.Length;
        return !_isCompressed;
    }

    async Task WriteAsync(Stream stream, CancellationToken cancel)
    {
        await stream.WriteAsync(_before, cancel);
        await using (var dump = File.OpenRead(_file))
            await dump.CopyToAsync(stream, cancel);
        await stream.WriteAsync(_after, cancel);
    }

    static string Disposition(string name) => $"Content-Disposition: form-data; name=\"{Escape(name)}\"";

    static string Escape(string name) =>
        name.Replace("%", "%25").Replace("\"", "%22").Replace("\r", "%0D").Replace("\n", "%0A");
}
