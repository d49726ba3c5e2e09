using System.Net;
using System.Text.Json;
using Socorro.Fields;

namespace Socorro.Tests.Web;

public sealed class ApiTests(Site site) : IClassFixture<Site>
{
    const string Unknown = "de1bb258-cbbf-4589-a673-34f800160918";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Processed_crash_comes_as_it_is_stored()
    {
        var id = await site.AddProcessedAsync("""{"signature":"é </script>","a":[1]}""");

        using var answer = await site.GetAsync($"/api/ProcessedCrash/?crash_id={id}");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("""{"signature":"é </script>","a":[1]}""", await answer.Content.ReadAsStringAsync(Cancel));
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task Processed_crash_is_indented_on_request_and_found_by_a_pasted_id()
    {
        var id = await site.AddProcessedAsync("""{"a":[1]}""");

        using var answer = await site.GetAsync($"/api/ProcessedCrash/?crash_id=bp-{id}&pretty=print");

        Assert.Equal("{\n  \"a\": [\n    1\n  ]\n}", (await answer.Content.ReadAsStringAsync(Cancel)).ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Raw_crash_is_the_annotations_with_what_the_collector_knows()
    {
        var id = await site.AddRawAsync(("ProductName", "Editor"), ("Version", "1"), ("uuid", "forged"), ("metadata", "forged"));

        using var document = JsonDocument.Parse(await site.Client.GetStringAsync($"/api/RawCrash/?crash_id={id}", Cancel));
        var crash = document.RootElement;

        Assert.Equal(
            ["ProductName", "Version", "metadata", "submitted_timestamp", "uuid", "version"],
            crash.EnumerateObject().Select(member => member.Name));
        Assert.Equal(id.ToString(), crash.GetProperty("uuid").GetString());
        Assert.Equal(2, crash.GetProperty("version").GetInt32());
        Assert.Matches(@"\A2026-08-21T\d\d:\d\d:\d\d\.\d{6}\+00:00\z", crash.GetProperty("submitted_timestamp").GetString());
        var metadata = crash.GetProperty("metadata");
        Assert.Equal("1", metadata.GetProperty("payload_compressed").GetString());
        Assert.Equal(321, metadata.GetProperty("payload_size").GetInt64());
        Assert.Equal(64, metadata.GetProperty("dump_checksums").GetProperty(Site.MainDump).GetString()!.Length);
    }

    [Theory]
    [InlineData("", "{0}.dmp")]
    [InlineData("&name=", "{0}.dmp")]
    [InlineData("&name=upload_file_minidump", "{0}-upload_file_minidump.dmp")]
    public async Task A_dump_is_downloaded_under_a_telling_name(string name, string fileName)
    {
        var id = await site.AddRawAsync();

        using var answer = await site.GetAsync($"/api/RawCrash/?crash_id={id}&format=raw{name}");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("MDMP and so on", await answer.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal(
            fileName.Replace("{0}", id.ToString(), StringComparison.Ordinal),
            answer.Content.Headers.ContentDisposition?.FileName?.Trim('"'));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"), "other sites' scripts must not read dumps");
    }

    [Fact]
    public async Task Verify_tells_which_documents_are_there()
    {
        var raw = await site.AddRawAsync();
        var processed = await site.AddProcessedAsync("{}");

        Assert.Equal($$"""{"uuid":"{{raw}}","raw_crash":true,"processed_crash":false}""", await VerifyAsync(raw.ToString()));
        Assert.Equal($$"""{"uuid":"{{processed}}","raw_crash":true,"processed_crash":true}""", await VerifyAsync(processed.ToString()));
        Assert.Equal($$"""{"uuid":"{{Unknown}}","raw_crash":false,"processed_crash":false}""", await VerifyAsync(Unknown));

        Task<string> VerifyAsync(string id) => site.Client.GetStringAsync($"/api/CrashVerify/?crash_id={id}", Cancel);
    }

    [Theory]
    [InlineData("ProcessedCrash/", 400, """{"errors":{"crash_id":["This field is required."]}}""")]
    [InlineData("RawCrash/?crash_id=", 400, """{"errors":{"crash_id":["This field is required."]}}""")]
    [InlineData("RawCrash/?crash_id=a%00", 400, """{"errors":{"crash_id":["Null characters are not allowed."]}}""")]
    [InlineData("RawCrash/?crash_id=nope", 400, """{"error":"Bad request: BadArgumentError: Bad value for parameter(s) 'crash_id'"}""")]
    [InlineData($"ProcessedCrash/?crash_id={Unknown}&crash_id={Unknown}", 400, """{"error":"Bad request: BadArgumentError: Bad value for parameter(s) 'crash_id'"}""")]
    [InlineData($"RawCrash/?crash_id={Unknown}&format=foo", 400, """{"error":"Bad request: BadArgumentError: Bad value for parameter(s) 'format'"}""")]
    [InlineData($"RawCrash/?crash_id={Unknown}", 404, $$"""{"error":"Not found: CrashIDNotFound {{Unknown}}"}""")]
    [InlineData($"RawCrash/?crash_id={Unknown}&format=raw", 404, $$"""{"error":"Not found: CrashIDNotFound {{Unknown}}"}""")]
    [InlineData($"ProcessedCrash/?crash_id={Unknown}", 404, $$"""{"error":"Not found: CrashIDNotFound {{Unknown}}"}""")]
    [InlineData("CrashVerify/?crash_id=nope", 400, """{"error":"unknown crash id"}""")]
    [InlineData("CrashVerify/", 400, """{"error":"unknown crash id"}""")]
    [InlineData("Nope/", 404, """{"error":"No service called 'Nope'"}""")]
    [InlineData("UnredactedCrash/", 410, """{"error":"Gone: use /api/ProcessedCrash/"}""")]
    [InlineData("a/b/c", 404, """{"error":"There is nothing at this address."}""")]
    public async Task Errors_are_json_in_the_known_words(string path, int status, string body)
    {
        using var answer = await site.GetAsync($"/api/{path}");

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(body, await answer.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Other_dumps_than_there_are_are_not_found()
    {
        var id = await site.AddRawAsync();

        using var answer = await site.GetAsync($"/api/RawCrash/?crash_id={id}&format=raw&name=..%2F..%2Fetc%2Fpasswd");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData("/api/RawCrash/")]
    [InlineData("/api/ProcessedCrash/")]
    public async Task Other_methods_are_refused(string path)
    {
        using var answer = await site.Client.PostAsync(path, new StringContent("x"), Cancel);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal("""{"error":"Method not allowed"}""", await answer.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData("/api/RawCrash/")]
    [InlineData("/api/ProcessedCrash/?crash_id=x")]
    public async Task Scripts_of_other_sites_may_ask(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", "https://example.org");
        request.Headers.Add("Access-Control-Request-Method", "GET");
        using var answer = await site.Client.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("{}", await answer.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Contains("GET", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Methods")), StringComparison.Ordinal);
        Assert.Contains("Auth-Token", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Headers")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guide_and_machine_readable_description_tell_of_every_method()
    {
        using var openApi = JsonDocument.Parse(await site.Client.GetStringAsync("/api/openapi.json", Cancel));
        var schema = openApi.RootElement.GetProperty("components").GetProperty("schemas").GetProperty("ProcessedCrash");
        Assert.Equal(
            FieldSet.Default.All.Where(field => !field.IsPattern).Select(field => field.Name),
            schema.GetProperty("properties").EnumerateObject().Select(field => field.Name));
        Assert.Equal(
            "^upload_file_minidump_", Assert.Single(schema.GetProperty("patternProperties").EnumerateObject()).Name);
        var guide = await site.Client.GetStringAsync("/api/", Cancel);
        var paths = openApi.RootElement.GetProperty("paths").EnumerateObject().ToDictionary(path => path.Name, path => path.Value);

        Assert.Equal(
            [
                "/api/CrashVerify/", "/api/ProcessedCrash/", "/api/RawCrash/", "/api/Reprocessing/", "/api/ReprocessingOrders/",
                "/api/ReprocessingOrders/cancel/",
            ],
            paths.Keys.Order());
        Assert.All(
            paths.Where(path => path.Value.TryGetProperty("get", out _)),
            path => Assert.Contains($"action=\"{path.Key}\"", guide, StringComparison.Ordinal));
        var parameters = paths["/api/RawCrash/"].GetProperty("get").GetProperty("parameters").EnumerateArray()
            .ToDictionary(parameter => parameter.GetProperty("name").GetString()!);
        Assert.Equal(
            "#/components/schemas/ProcessedCrash",
            paths["/api/ProcessedCrash/"].GetProperty("get").GetProperty("responses").GetProperty("200").GetProperty("content")
                .GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString());
        Assert.Equal(["crash_id", "format", "name", "pretty"], parameters.Keys.Order());
        Assert.True(parameters["crash_id"].GetProperty("required").GetBoolean());
        Assert.False(parameters["format"].TryGetProperty("required", out var required) && required.GetBoolean());
        Assert.All(parameters.Values, parameter => Assert.NotEmpty(parameter.GetProperty("description").GetString()!));
    }
}
