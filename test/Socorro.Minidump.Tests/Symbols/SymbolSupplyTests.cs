using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Symbols.Supply;

namespace Socorro.Minidumps.Tests.Symbols;

public sealed class SymbolSupplyTests : IDisposable
{
    const string Id = "5A9832E5287241C1838ED98914E9B7FF1";
    const string Text = $"MODULE windows x86 {Id} app.pdb\nFUNC 10 10 0 f\n";

    static readonly ModuleKey App = new("app.pdb", Id, "app.exe", "45d35f6c2d000");

    readonly TemporaryFolder _folder = new();
    readonly WebServer _server = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fetches_a_file_and_says_where_it_came_from()
    {
        _server.Files[$"/v1/app.pdb/{Id}/app.sym"] = Encoding.UTF8.GetBytes(Text);
        var store = OpenStore();
        using var supply = new SymbolSupply(OptionsFor("v1"), store);
        Assert.Null(store.Find(App).Table);

        Assert.True(await supply.FetchAsync([App], Cancel));
        Assert.Equal($"{_server.Address}v1/app.pdb/{Id}/app.sym?code_file=app.exe&code_id=45d35f6c2d000", store.Find(App).Table!.Module.Url);
        Assert.Equal("was fetched", Assert.Single(supply.AttemptsFor(App)).Answer);
        Assert.Empty(Directory.EnumerateFiles(_folder.Path, "*.tmp", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Reads_compressed_answers()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(Text));
        _server.Files[$"/app.pdb/{Id}/app.sym"] = packed.ToArray();
        _server.Encoding = "gzip";
        var store = OpenStore();
        using var supply = new SymbolSupply(OptionsFor(""), store);

        Assert.True(await supply.FetchAsync([App], Cancel));
        Assert.NotNull(store.Find(App).Table);
    }

    [Fact]
    public async Task Asks_the_next_server_when_one_has_it_not()
    {
        _server.Files[$"/second/app.pdb/{Id}/app.sym"] = Encoding.UTF8.GetBytes(Text);
        using var supply = new SymbolSupply(OptionsFor("first", "second"), OpenStore());

        Assert.True(await supply.FetchAsync([App], Cancel));
        Assert.Equal(["answered 404", "was fetched"], supply.AttemptsFor(App).Select(attempt => attempt.Answer));
    }

    [Theory]
    [InlineData("<html>not here</html>", "is not a symbol file")]
    [InlineData("MODULE windows x86 000000000000000000000000000000001 app.pdb\n", "is of another build, 000000000000000000000000000000001")]
    public async Task Does_not_keep_what_is_not_asked_for(string answer, string verdict)
    {
        _server.Files[$"/app.pdb/{Id}/app.sym"] = Encoding.UTF8.GetBytes(answer);
        using var supply = new SymbolSupply(OptionsFor(""), OpenStore());

        Assert.False(await supply.FetchAsync([App], Cancel));
        Assert.Equal(verdict, supply.AttemptsFor(App)[0].Answer);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_folder.Path, "app.pdb"), "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("/elsewhere", true)]
    [InlineData("/v1/app.pdb/" + Id + "/app.sym", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("ftp://127.0.0.1/app.sym", false)]
    [InlineData("http://", false)]
    [InlineData("http://[/", false)]
    public async Task Follows_a_redirect_where_that_leads_to_the_file(string target, bool arrives)
    {
        _server.Redirects[$"/v1/app.pdb/{Id}/app.sym"] = target;
        _server.Files["/elsewhere"] = Encoding.UTF8.GetBytes(Text);
        using var supply = new SymbolSupply(OptionsFor("v1"), OpenStore());

        Assert.Equal(arrives, await supply.FetchAsync([App], Cancel));
        Assert.NotEmpty(supply.AttemptsFor(App));
    }

    [Fact]
    public async Task Keeps_nothing_of_an_answer_that_cannot_be_unpacked()
    {
        _server.Files[$"/app.pdb/{Id}/app.sym"] = [0x1f, 0x8b, 8, .. "no gzip"u8];
        _server.Encoding = "gzip";
        using var supply = new SymbolSupply(OptionsFor("") with { Retries = 0 }, OpenStore());

        Assert.False(await supply.FetchAsync([App], Cancel));
        Assert.StartsWith("failed: ", Assert.Single(supply.AttemptsFor(App)).Answer, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_folder.Path, "app.*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Repeats_a_request_that_failed_for_a_reason_that_may_pass()
    {
        _server.Files[$"/app.pdb/{Id}/app.sym"] = Encoding.UTF8.GetBytes(Text);
        _server.FailuresToGive = 2;
        using var supply = new SymbolSupply(OptionsFor(""), OpenStore());

        Assert.True(await supply.FetchAsync([App], Cancel));
        Assert.Equal(3, _server.Requests.Count);
    }

    [Fact]
    public async Task Does_not_ask_again_for_what_is_nowhere_even_in_another_run()
    {
        using (var supply = new SymbolSupply(OptionsFor(""), OpenStore()))
            Assert.False(await supply.FetchAsync([App], Cancel));
        var asked = _server.Requests.Count;
        using var later = new SymbolSupply(OptionsFor(""), OpenStore());

        Assert.False(await later.FetchAsync([App], Cancel));
        Assert.Equal(asked, _server.Requests.Count);
        using var other = new SymbolSupply(OptionsFor("elsewhere"), OpenStore());
        Assert.False(await other.FetchAsync([App], Cancel));
        Assert.NotEqual(asked, _server.Requests.Count);
    }

    [Fact]
    public async Task Asks_once_for_a_module_that_many_want()
    {
        _server.Files[$"/app.pdb/{Id}/app.sym"] = Encoding.UTF8.GetBytes(Text);
        using var supply = new SymbolSupply(OptionsFor(""), OpenStore());
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => supply.FetchAsync([App, App], Cancel)));

        Assert.Contains(true, all);
        Assert.InRange(_server.Requests.Count, 1, 2);
    }

    [Fact]
    public async Task Finds_a_module_without_debug_id_by_the_redirect_for_its_code_id()
    {
        _server.Files[$"/app.pdb/{Id}/app.sym"] = Encoding.UTF8.GetBytes(Text);
        _server.Redirects["/lib.dll/45d35f6c2d000/lib.sym"] = $"/app.pdb/{Id}/app.sym";
        var stripped = new ModuleKey("", "", "lib.dll", "45d35f6c2d000");
        var store = OpenStore();
        using var supply = new SymbolSupply(OptionsFor(""), store);

        Assert.Null(store.Find(stripped).Table);
        Assert.True(await supply.FetchAsync([stripped], Cancel));
        Assert.Equal(Id, store.Find(stripped).Table!.Module.DebugId);
    }

    [Theory]
    [InlineData(100, 600_000)]
    [InlineData(600_000, 100)]
    public async Task Gives_up_on_a_server_that_says_nothing(int total, int idle)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var options = OptionsFor("") with
        {
            Servers = [new(new($"http://{silent.LocalEndpoint}/"))],
            TotalTimeout = TimeSpan.FromMilliseconds(total),
            IdleTimeout = TimeSpan.FromMilliseconds(idle),
            Retries = 0,
        };
        using var supply = new SymbolSupply(options, OpenStore());

        Assert.False(await supply.FetchAsync([App], Cancel));
        Assert.Equal("failed: it took too long", supply.AttemptsFor(App)[0].Answer);
    }

    [Fact]
    public async Task Asks_a_symbol_store_for_the_compressed_form_too()
    {
        _server.Files[$"/app.pdb/{Id}/app.sy_"] = CabinetTests.Pack(Encoding.UTF8.GetBytes(Text));
        var options = OptionsFor("") with { Servers = [new(_server.Address, SymbolLayout.Symstore)] };
        var store = OpenStore();
        using var supply = new SymbolSupply(options, store);

        Assert.True(await supply.FetchAsync([App], Cancel));
        Assert.True(store.Find(App).Table!.TryFindFunction(0x10, out _));
    }

    [Fact]
    public void Files_keys_in_lower_case_for_the_simple_query_protocol()
    {
        var server = new SymbolServer(new("https://example.test/ssqp"), SymbolLayout.Ssqp);

        Assert.Equal(
            $"https://example.test/ssqp/app.pdb/{Id.ToLowerInvariant()}/app.sym?code_file=app.exe&code_id=45d35f6c2d000",
            Assert.Single(server.AddressesOf(App)).AbsoluteUri);
    }

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    SymbolStore OpenStore() => new([_folder.Path]);

    SymbolSupplyOptions OptionsFor(params string[] paths) => new()
    {
        Servers = [.. paths.Select(path => new SymbolServer(new(_server.Address, path)))],
        Folder = _folder.Path,
        RetryPause = TimeSpan.FromMilliseconds(1),
    };

    /// <summary>A web server on a free port that gives out what it was given.</summary>
    sealed class WebServer : IDisposable
    {
        readonly HttpListener _listener = new();

        public WebServer()
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            Address = new($"http://{probe.LocalEndpoint}/");
            probe.Stop();
            _listener.Prefixes.Add(Address.AbsoluteUri);
            _listener.Start();
            _ = ServeAsync();
        }

        public Uri Address { get; }

        public ConcurrentDictionary<string, byte[]> Files { get; } = [];

        public ConcurrentDictionary<string, string> Redirects { get; } = [];

        public ConcurrentQueue<string> Requests { get; } = [];

        public string? Encoding { get; set; }

        public int FailuresToGive { get; set; }

        public void Dispose() => _listener.Close();

        async Task ServeAsync()
        {
            while (true)
            {
                try
                {
                    Answer(await _listener.GetContextAsync());
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }
            }
        }

        void Answer(HttpListenerContext context)
        {
            var path = context.Request.Url!.AbsolutePath;
            Requests.Enqueue(context.Request.RawUrl!);
            using var response = context.Response;
            if (FailuresToGive-- > 0)
            {
                response.StatusCode = 503;
            }
            else if (Redirects.TryGetValue(path, out var target))
            {
                response.StatusCode = 302;
                response.RedirectLocation = target;
            }
            else if (Files.TryGetValue(path, out var file))
            {
                if (Encoding is not null)
                    response.AddHeader("Content-Encoding", Encoding);
                response.OutputStream.Write(file);
            }
            else
            {
                response.StatusCode = 404;
            }
        }
    }
}
