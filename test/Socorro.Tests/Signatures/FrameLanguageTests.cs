using Socorro.Signatures;
using Socorro.Signatures.Frames;
using Socorro.Signatures.Lists;

namespace Socorro.Tests.Signatures;

/// <summary>How functions of each language are spelled; the file is given only where the function alone would not tell.</summary>
public sealed class FrameLanguageTests
{
    static readonly FrameNormalizer Normalizer = new(new PatternList([]), SignatureMode.Corrected);

    [Theory]
    [InlineData("foo(int) throw()", "foo")]
    [InlineData("foo(int) const noexcept(true)", "foo")]
    [InlineData("auto Foo::bar(int) const -> std::vector<int>", "Foo::bar")]
    [InlineData("Foo::operator->() const", "Foo::operator->")]
    [InlineData("Foo::operator ->()", "Foo::operator ->")]
    [InlineData("std::ostream& operator<< <char>(std::ostream&, char)", "operator<<<T>")]
    [InlineData("bool ns::operator==(ns::A const&, ns::A const&)", "ns::operator==")]
    [InlineData("Foo<int>::operator std::vector<int>() const", "Foo<T>::operator std::vector<T>")]
    [InlineData("operator\"\" _kb(unsigned long long)", "operator\"\" _kb")]
    [InlineData("Foo::operator()(int)::{lambda()#2}::operator()() const", "Foo::operator()::{lambda}::operator()")]
    [InlineData("Foo::bar()::'lambda0'(int)::operator()(int) const", "Foo::bar::'lambda'::operator()")]
    [InlineData("my_operator<int>(int)", "my_operator<T>")]
    [InlineData("static void (*signal_of(int, void (*)(int)))(int)", "signal_of")]
    [InlineData("void* (anonymous namespace)::make<int>(int)", "(anonymous namespace)::make<T>")]
    [InlineData("static bool `anonymous namespace'::Foo::bar()", "(anonymous namespace)::Foo::bar")]
    [InlineData("[thunk]:CShellItem::QueryInterface`adjustor{12}' (_GUID const&, void**)", "CShellItem::QueryInterface")]
    [InlineData("public: virtual int __thiscall A::b(void)const ", "A::b")]
    [InlineData("std::string to_string[abi:cxx11](int)", "to_string")]
    [InlineData("compute.constprop.0.isra.3.cold", "compute")]
    [InlineData("compute.llvm.1234567890123", "compute")]
    [InlineData("version.2", "version.2")]
    [InlineData("_ZN3foo3barEv", "_ZN3foo3barEv")]
    public void Spells_cpp(string function, string expected) => Assert.Equal(expected, Spell(function));

    [Theory]
    [InlineData("core::ptr::write_volatile::<u8>", "core::ptr::write_volatile<T>")]
    [InlineData("<std::thread::Builder>::spawn_unchecked_::<app::main::{closure#2}, ()>::{closure#1}", "std::thread::Builder::spawn_unchecked_<T>::{{closure}}")]
    [InlineData("<[u8]>::concat::<u8>", "<[u8]>::concat<T>")]
    [InlineData("app::main::{{closure}}::h0123456789abcdef", "app::main::{{closure}}")]
    [InlineData("<(A, B) as app::Join<C>>::join", "<(A, B) as app::Join<T>>::join")]
    [InlineData("enum2$<core::option::Option<u8> >::unwrap", "enum2$<T>::unwrap")]
    public void Spells_rust(string function, string expected) => Assert.Equal(expected, Spell(function, "src/main.rs"));

    [Theory]
    [InlineData("-[NSView drawRect:]", "-[NSView drawRect:]")]
    [InlineData("+[NSObject(Category) make:with:]", "+[NSObject(Category) make:with:]")]
    [InlineData("__42-[Foo bar:]_block_invoke_2", "-[Foo bar:]_block_invoke")]
    [InlineData("__42-[Foo bar:]_block_invoke.123", "-[Foo bar:]_block_invoke")]
    [InlineData("-[Foo bar].cold.1", "-[Foo bar]")]
    public void Spells_objective_c(string function, string expected) => Assert.Equal(expected, Spell(function, "/src/Foo.m"));

    [Theory]
    [InlineData("app.View.load(url: Foundation.URL, Swift.Int) -> Swift.String", "app.View.load")]
    [InlineData("static app.View.make<A where A: Swift.Equatable>(A) throws -> A", "app.View.make<T>")]
    [InlineData("app.View.title.getter : Swift.String", "app.View.title.getter")]
    [InlineData("closure #2 (Swift.Int) -> () in closure #1 () -> () in app.View.load() -> ()", "closure in app.View.load")]
    [InlineData("generic specialization <Swift.Int> of Swift.Array.append(__owned A) -> ()", "Swift.Array.append")]
    [InlineData("protocol witness for Swift.Equatable.== infix(A, A) -> Swift.Bool in conformance app.Id", "Swift.Equatable.== infix")]
    [InlineData("@objc app.View.(reload in _0123456789ABCDEF)() -> ()", "app.View.reload")]
    [InlineData("partial apply forwarder for closure #1 () -> () in app.main() -> ()", "closure in app.main")]
    public void Spells_swift(string function, string expected)
    {
        Assert.Equal(expected, Spell(function, "/src/View.swift"));
        Assert.Equal(expected, Spell(function, file: function.Contains("Swift.", StringComparison.Ordinal) ? null : "a.swift"));
    }

    [Theory]
    [InlineData("main.(*Server).Handle", "main.(*Server).Handle")]
    [InlineData("main.(*Server).Handle-fm", "main.(*Server).Handle.func")]
    [InlineData("main.main.func1.2", "main.main.func")]
    [InlineData("github.com/x/y%2ez.Map[go.shape.int]", "github.com/x/y.z.Map[T]")]
    [InlineData("runtime.gopanic", "runtime.gopanic")]
    [InlineData("net/http.(*conn).serve.gowrap3", "net/http.(*conn).serve.func")]
    public void Spells_go(string function, string expected) => Assert.Equal(expected, Spell(function));

    [Theory]
    [InlineData("App.dll!App.Store.Load(System.String)+0x1a", "App.Store.Load")]
    [InlineData("App.Store+<LoadAsync>d__5.MoveNext()", "App.Store.LoadAsync")]
    [InlineData("App.Store+<>c__DisplayClass3_0.<Load>b__1(System.Int32)", "App.Store.Load.lambda")]
    [InlineData("App.Store.<Load>g__Local|3_0(System.Int32)", "App.Store.Load.Local")]
    [InlineData("System.Collections.Generic.List`1[[System.Int32, mscorlib]].Add(!0)", "System.Collections.Generic.List<T>.Add")]
    [InlineData("void App.Store..ctor(System.Int32)", "App.Store..ctor")]
    public void Spells_dotnet(string function, string expected) => Assert.Equal(expected, Spell(function));

    [Theory]
    [InlineData("LazyCompile:*load /srv/app.js:10:5", "load (app.js)")]
    [InlineData("Function:~ /srv/app.js:1", "<anonymous> (app.js)")]
    public void Spells_javascript(string function, string expected) => Assert.Equal(expected, Spell(function));

    [Fact]
    public void Names_a_javascript_crash_without_native_stack_by_error_and_function()
    {
        var generator = new SignatureGenerator(SignatureLists.BuiltIn);

        string Of(string trace) => generator.Generate(new() { JavaScriptStackTrace = trace }).Text;

        Assert.Equal(
            "TypeError: at load (app.js)",
            Of("TypeError: x is undefined\n    at load (https://host/app.3f2a9c01.js?v=2:10:5)\n    at main (a.js:1:1)"));
        Assert.Equal("JavaScript error: at load (app.js)", Of("    #0 load (file:///srv/app.js:10:5)\n    #1 (anonymous) (app.js:1:2)"));
        Assert.Equal("JavaScript error: at load (app.js)", Of("the user said no\n  at load (app.js:10:5)"));
        Assert.Equal("TypeError: at load (app.js)", Of("TypeError: x is undefined\nload@https://host/app.js:10:5"));
        Assert.Equal("RangeError", Of("RangeError: out of it"));
    }

    static string Spell(string function, string? file = null) =>
        Normalizer.Normalize(new() { Function = function, File = file, UnloadedModules = [] });
}
