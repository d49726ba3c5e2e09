using System.Buffers;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Socorro.Collecting;

/// <summary>
/// Reads a request into a submission part by part. Dumps go straight into compression, so that none is ever held whole;
/// what a client got wrong becomes the answer to it, or a note when the crash can be kept all the same.
/// </summary>
sealed class SubmissionReader(Submission submission, SubmissionLimits limits)
{
    const int BufferSize = 32 << 10;
    const int MaxPartHeaders = 64;

    /// <summary>What any submission costs in buffers, here and in the server.</summary>
    const int RequestOverhead = 128 << 10;

    /// <summary>What text costs for each of its bytes, here and as UTF-16; JSON of nothing but small numbers costs the most.</summary>
    const long TextOverhead = 3;
    const long JsonOverhead = 12;

    /// <summary>What a dump costs beside its compressed bytes: its first piece and the compressor's window.</summary>
    const int DumpOverhead = 256 << 10;

    readonly byte[] _buffer = new byte[BufferSize];
    readonly ArrayBufferWriter<byte> _text = new();
    bool _hasText;
    long _textBytes;
    int _dumpParts;

    /// <summary>The answer when there is nothing to store; null when the submission is complete.</summary>
    public async Task<Answer?> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        if (request.ContentType is not { Length: > 0 } contentType)
            return Answer.Malformed("no_content_type");

        var type = HeaderValue.Parse(contentType);
        if (!type.Is("multipart/form-data") && !type.Is("multipart/mixed"))
            return Answer.Malformed("wrong_content_type");
        // RFC 2046 allows 70 characters. A longer one would also make the reader keep more than it should.
        if (type.Find("boundary") is not { Length: > 0 and <= 70 } boundary)
            return Answer.Malformed("no_boundary");
        if (request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
            return Answer.Malformed("no_content_length");
        if (!submission.TryHold(RequestOverhead))
            return TooMuchInMemory();

        await using var body = await RequestBody.OpenAsync(request, boundary, limits.MaxBodyBytes, cancel);
        submission.IsCompressed = body.Coding.Length > 0;
        try
        {
            return await ReadPartsAsync(new(boundary, body.Content, BufferSize), cancel);
        }
        catch (InvalidDataException)
        {
            return Answer.Malformed(body.Content.HasBrokenSource ? $"bad_{body.Coding}" : "invalid_payload_structure");
        }
        finally
        {
            submission.ReceivedBytes = body.ReceivedBytes;
        }
    }

    async Task<Answer?> ReadPartsAsync(MultipartReader reader, CancellationToken cancel)
    {
        reader.HeadersCountLimit = MaxPartHeaders;
        reader.HeadersLengthLimit = limits.MaxPartHeaderBytes;
        for (var parts = 1; await reader.ReadNextSectionAsync(cancel) is { } section; parts++)
        {
            if (parts > limits.MaxParts)
                return Answer.Malformed("too_many_parts");
            if (await ReadPartAsync(section, cancel) is { } refusal)
                return refusal;
        }

        if (submission.HasJson && _hasText)
            submission.Note("includes annotations in both json-encoded extra and formdata parts");

        SentryAttachments.AddTo(submission);
        return submission.Annotations.Count > 0 ? null : Answer.Malformed("no_annotations");
    }

    async Task<Answer?> ReadPartAsync(MultipartSection section, CancellationToken cancel)
    {
        if (section.Headers?.TryGetValue("Content-Transfer-Encoding", out var encoding) is true
            && !encoding.ToString().Equals("binary", StringComparison.OrdinalIgnoreCase))
        {
            return Answer.Malformed("invalid_payload_structure");
        }

        var disposition = HeaderValue.Parse(section.ContentDisposition ?? "");
        if (disposition.Find("name") is not { Length: > 0 } name)
        {
            submission.Note("dropped a part without a name");
            return null;
        }

        var type = HeaderValue.Parse(section.ContentType ?? "text/plain");
        var fileName = disposition.FindExtended("filename") ?? "";
        if (type.StartsWith("application/json"))
            return await ReadJsonAsync(section, type, cancel);
        if (type.StartsWith("text/") && fileName.Length == 0)
            return await ReadAnnotationAsync(section, name, type, cancel);

        return await ReadDumpAsync(section, name, fileName, type, cancel);
    }

    async Task<Answer?> ReadJsonAsync(MultipartSection section, HeaderValue type, CancellationToken cancel)
    {
        if (!await TryFillTextAsync(section, cancel))
            return null;
        if (!submission.TryHold(_text.WrittenCount * JsonOverhead))
            return TooMuchInMemory();
        if (PartText.FindText(_text.WrittenSpan, type.Find("charset")) is not { } json)
            return Answer.Malformed("invalid_json");

        submission.HasJson = true;
        return JsonAnnotations.AddTo(submission, json, limits.MaxParts) is { } reason ? Answer.Malformed(reason) : null;
    }

    async Task<Answer?> ReadAnnotationAsync(
        MultipartSection section, string name, HeaderValue type, CancellationToken cancel)
    {
        _hasText = true;
        if (!await TryFillTextAsync(section, cancel))
            return null;
        if (!submission.TryHold(_text.WrittenCount * TextOverhead))
            return TooMuchInMemory();

        if (PartText.FindText(_text.WrittenSpan, type.Find("charset")) is { } text)
            submission.Annotate(name, text);
        else
            submission.Note(PartText.DescribeLoss(type.Find("charset")));

        return null;
    }

    async Task<Answer?> ReadDumpAsync(
        MultipartSection section, string name, string fileName, HeaderValue type, CancellationToken cancel)
    {
        if (DumpNames.IsReserved(name))
            return Answer.Malformed("invalid_dump_name");
        // Those that replace another count as well: each has cost its memory.
        if (++_dumpParts > limits.MaxDumps)
            return Answer.Malformed("too_many_parts");
        if (!type.Is("application/octet-stream"))
            submission.Note($"unknown content type: {Submission.Excerpt(name)} {Submission.Excerpt(type.Value)}");
        if (!submission.TryHold(DumpOverhead))
            return TooMuchInMemory();

        // Kept aside as well, as far as it is not too long to be one.
        var copy = SentryAttachments.IsOne(name) ? new ArrayBufferWriter<byte>() : null;
        var content = submission.AddDump(name, fileName).Content;
        for (int read; (read = await section.Body.ReadAsync(_buffer, cancel)) > 0;)
        {
            var before = content.CompressedLength;
            content.Append(_buffer.AsSpan(0, read));
            if (!submission.TryHold(content.CompressedLength - before))
                return TooMuchInMemory();
            if (copy is null || content.Length > SentryAttachments.MaxBytes)
                continue;
            if (!submission.TryHold(read * JsonOverhead))
                return TooMuchInMemory();

            copy.Write(_buffer.AsSpan(0, read));
        }

        if (copy?.WrittenCount == content.Length)
            submission.SentryParts[name] = copy.WrittenSpan.ToArray();
        return null;
    }

    /// <summary>Reads a part into memory; notes it and leaves it out when the submission's text gets too long.</summary>
    async Task<bool> TryFillTextAsync(MultipartSection section, CancellationToken cancel)
    {
        _text.ResetWrittenCount();
        for (int read; (read = await section.Body.ReadAsync(_buffer, cancel)) > 0;)
        {
            if (_textBytes + _text.WrittenCount + read > limits.MaxTextBytes)
            {
                submission.Note("extract payload text part exception: body part is too large");
                return false;
            }

            _text.Write(_buffer.AsSpan(0, read));
        }

        _textBytes += _text.WrittenCount;
        return true;
    }

    static Answer TooMuchInMemory() => Answer.Busy("too many submissions at once");
}
