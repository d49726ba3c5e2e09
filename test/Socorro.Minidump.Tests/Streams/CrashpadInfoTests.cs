namespace Socorro.Minidumps.Tests.Streams;

public sealed class CrashpadInfoTests
{
    static readonly Guid Report = new("00112233-4455-6677-8899-aabbccddeeff");
    static readonly Guid Client = new("ffeeddcc-bbaa-9988-7766-554433221100");

    [Theory]
    [InlineData(false, 64)]
    [InlineData(true, 64)]
    [InlineData(false, 52)]
    public void Reads_annotations_of_process_and_modules(bool bigEndian, int size)
    {
        var info = Dump(bigEndian, size).CrashpadInfo;

        Assert.NotNull(info);
        Assert.Equal((Report, Client), (info.ReportId, info.ClientId));
        Assert.Equal(size == 64 ? 0x7fffffffffUL : 0, info.AddressMask);
        Assert.Equal([new("prod", "App"), new("ver", "1.0")], info.SimpleAnnotations);
        var module = Assert.Single(info.Modules);
        Assert.Equal((42u, 1u), (module.ModuleIndex, module.Version));
        Assert.Equal(["first", "second"], module.ListAnnotations);
        Assert.Equal([new("ver", "module"), new("simple", "module")], module.SimpleAnnotations);
        Assert.Equal(["ptype=renderer", "simple=object", "own=", "none="],
            module.Objects.Select(o => $"{o.Name}={o.Text}"));
    }

    [Fact]
    public void Merges_annotations_so_that_the_first_of_a_name_wins()
    {
        var merged = Dump(false, 64).CrashpadInfo!.MergeAnnotations();

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["prod"] = "App",
                ["ver"] = "1.0",
                ["simple"] = "module",
                ["ptype"] = "renderer",
                ["list_annotations"] = "first\nsecond",
                ["guid"] = "ffeeddcc-bbaa-9988-7766-554433221100",
            },
            merged);
    }

    [Fact]
    public void Merges_module_by_module_and_believes_no_annotation_about_the_client()
    {
        var client = new Minidumps.Streams.CrashpadInfo
        {
            Version = 1,
            ReportId = Report,
            ClientId = Client,
            AddressMask = 0,
            SimpleAnnotations = [new("guid", "mine"), new("list_annotations", "mine")],
            Modules =
            [
                new(0, 1, ["a"], [], [new("x", 1, "first"u8.ToArray()), new("y", 0x8000, new byte[] { 1 })]),
                new(1, 1, ["b"], [new("x", "second")], [new("y", 1, "text"u8.ToArray())]),
            ],
        };

        var merged = client.MergeAnnotations();
        Assert.Equal(("first", "text", "a\nb"), (merged["x"], merged["y"], merged["list_annotations"]));
        Assert.Equal(Client.ToString(), merged["guid"]);
    }

    [Fact]
    public void Needs_no_value_of_an_annotation_that_was_never_set()
    {
        var synthetic = new SyntheticDump();
        var name = synthetic.AddUtf8("unset");
        var objects = synthetic.Add(synthetic.Layout().U32(2).U32(name).U16(0).U16(0).U32(0xfffffff0)
            .U32(name).U16(0x8000).U16(0).U32(0xfffffff0));
        var module = synthetic.Add(synthetic.Layout().U32(1).Zeros(16).U32(28).U32(objects));
        var modules = synthetic.Add(synthetic.Layout().U32(1).U32(0).U32(28).U32(module));
        var dump = synthetic.Stream(0x43500001, synthetic.Layout().U32(1).Zeros(40).U32(16).U32(modules)).Open();

        var annotation = Assert.Single(dump.CrashpadInfo!.Modules[0].Objects);
        Assert.Equal(("unset", (ushort)0, 0), (annotation.Name, annotation.Type, annotation.Value.Length));
        Assert.Equal("has an annotation object that is not readable: unset", Assert.Single(dump.Problems).What);
    }

    [Fact]
    public void Counts_the_values_of_objects_as_text()
    {
        var dump = Dump(false, 64, Limits.Default with { MaxTotalText = 60 });

        Assert.InRange(dump.CrashpadInfo!.Modules.SelectMany(module => module.Objects).Sum(o => o.Value.Length), 0, 60);
        Assert.Contains(dump.Problems, problem => problem.What.Contains("more than 60 bytes of text", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(51)]
    [InlineData(0)]
    public void Needs_all_of_the_oldest_version(int size) => Assert.Null(Dump(false, size).CrashpadInfo);

    [Fact]
    public void Refuses_the_version_that_means_nothing()
    {
        var dump = new SyntheticDump().Stream(0x43500001, new Layout(false).Zeros(64)).Open();

        Assert.Null(dump.CrashpadInfo);
        Assert.Equal("has the invalid version 0", Assert.Single(dump.Problems).What);
    }

    [Fact]
    public void Lives_with_lists_and_strings_that_are_nowhere()
    {
        var synthetic = new SyntheticDump();
        var good = synthetic.AddUtf8("good");
        var dictionary = synthetic.Add(synthetic.Layout().U32(3).U32(good).U32(good).U32(good).U32(uint.MaxValue)
            .U32(9));
        var modules = synthetic.Add(synthetic.Layout().U32(3).U32(0).U32(28).U32(0xffffff00).U32(1).U32(27).U32(32)
            .U32(2).U32(28).U32(32));
        var dump = synthetic.Stream(
            0x43500001,
            synthetic.Layout().U32(1).Zeros(32).U32(24).U32(dictionary).U32(40).U32(modules).U32(0).U64(0)).Open();

        Assert.Equal([new("good", "good")], dump.CrashpadInfo?.SimpleAnnotations);
        Assert.NotEmpty(dump.Problems);
    }

    [Fact]
    public void Reads_the_annotations_of_a_real_dump()
    {
        var dump = RealDumps.Open("breakpad", "minidump_crashpad_annotation.dmp");

        Assert.NotEmpty(dump.CrashpadInfo!.MergeAnnotations());
        Assert.NotEmpty(dump.CrashpadInfo.Modules.SelectMany(module => module.Objects));
    }

    static Minidump Dump(bool bigEndian, int size, Limits? limits = null)
    {
        var synthetic = new SyntheticDump(bigEndian);
        var process = Dictionary(synthetic, ("prod", "App"), ("ver", "1.0"));
        var simple = Dictionary(synthetic, ("ver", "module"), ("simple", "module"));
        var first = synthetic.AddUtf8("first");
        var second = synthetic.AddUtf8("second");
        var list = synthetic.Add(synthetic.Layout().U32(2).U32(first).U32(second));
        var objects = synthetic.Layout().U32(4);
        foreach (var (name, type, value) in new (string, ushort, string)[]
            { ("ptype", 1, "renderer"), ("simple", 1, "object"), ("own", 0x8001, "\u0001"), ("none", 0, "") })
        {
            objects.U32(synthetic.AddUtf8(name)).U16(type).U16(0).U32(synthetic.AddUtf8(value));
        }

        var objectList = synthetic.Add(objects);
        var module = synthetic.Add(synthetic.Layout()
            .U32(1).U32(12).U32(list).U32(20).U32(simple).U32(52).U32(objectList));
        var modules = synthetic.Add(synthetic.Layout().U32(1).U32(42).U32(28).U32(module));
        var stream = synthetic.Layout().U32(1).Raw(Report.ToByteArray(bigEndian)).Raw(Client.ToByteArray(bigEndian))
            .U32(20).U32(process).U32(16).U32(modules).U32(0).U64(0x7fffffffff);
        return synthetic.Stream(0x43500001, stream.ToArray()[..size]).Open(limits);
    }

    static uint Dictionary(SyntheticDump synthetic, params (string Name, string Value)[] entries)
    {
        var layout = synthetic.Layout().U32((uint)entries.Length);
        foreach (var (name, value) in entries)
            layout.U32(synthetic.AddUtf8(name)).U32(synthetic.AddUtf8(value));
        return synthetic.Add(layout);
    }
}
