internal import CP11Kit
internal import Glibc
internal import Synchronization

/// Loaded PKCS#11 modules, finalised and unloaded with their last user: the last token, session or
/// key that was found through them.
@safe public final class TokenModules {
    /// Which modules to load.
    public enum Selection: Sendable, Equatable {
        /// Every module that is registered with p11-kit.
        case registered
        /// The module in this file, alone.
        case file(String)
    }

    /// One module as p11-kit hands it out.
    @safe struct Module {
        let name: String
        let functions: UnsafeMutablePointer<CK_FUNCTION_LIST>
    }

    let modules: [Module]
    /// Tokens that have rejected a PIN since the modules were loaded, by serial number.
    var rejections: Set<String> = []
    // p11-kit's own list, for the registered ones only: it is freed as a whole.
    private let list: UnsafeMutablePointer<UnsafeMutablePointer<CK_FUNCTION_LIST>?>?

    // p11-kit counts the users of a module, but lets go of its own lock while a module starts or
    // ends: a second user who comes in between finds it ended.
    private static let gate = Mutex(())

    /// Loads and starts the modules.
    ///
    /// A registered module that does not start is left out, as p11-kit does, unless its
    /// configuration calls it critical.
    public init(_ selection: Selection) throws(PKCS11Error) {
        switch selection {
        case .registered:
            guard
                let list = try unsafe Self.gate.withLock({ _ throws(PKCS11Error) in
                    try unsafe calling("C_Initialize") {
                        unsafe p11_kit_modules_load_and_initialize(0)
                    }
                })
            else { throw .registeredModulesNotLoaded(reason: Self.lastMessage) }
            var modules: [Module] = []
            var index = 0
            while let functions = unsafe list[index] {
                modules.append(unsafe Module(name: Self.name(functions), functions: functions))
                index += 1
            }
            unsafe self.list = list
            self.modules = modules
        case .file(let path):
            let functions = try unsafe Self.gate.withLock { _ throws(PKCS11Error) in
                try unsafe Self.load(path)
            }
            unsafe list = nil
            modules = [unsafe Module(name: Self.name(functions), functions: functions)]
        }
        for module in modules { unsafe TokenCalls.started(module.functions) }
    }

    private static func load(_ path: String) throws(PKCS11Error)
        -> UnsafeMutablePointer<CK_FUNCTION_LIST>
    {
        guard let functions = unsafe p11_kit_module_load(path, 0) else {
            throw .moduleNotLoaded(path: path, reason: lastMessage)
        }
        let value = try ask("C_Initialize", unsafe p11_kit_module_initialize(functions))
        guard value == .ok else {
            unsafe p11_kit_module_release(functions)
            throw .moduleNotLoaded(path: path, reason: value.description)
        }
        return unsafe functions
    }

    /// Loads what `uri` asks for: its own module when it names a file, else the registered ones.
    public convenience init(for uri: KeyURI) throws(PKCS11Error) {
        try self.init(uri.modulePath.map(Selection.file) ?? .registered)
    }

    deinit {
        Self.gate.withLock { _ in
            for module in modules { unsafe TokenCalls.ended(module.functions) }
            _ = try? calling("C_Finalize") {
                if let list = unsafe list {
                    unsafe p11_kit_modules_finalize_and_release(list)
                } else {
                    for module in modules {
                        unsafe p11_kit_module_finalize(module.functions)
                        unsafe p11_kit_module_release(module.functions)
                    }
                }
            }
        }
    }

    private static var lastMessage: String {
        unsafe p11_kit_message().map { unsafe String(cString: $0) } ?? "no reason given"
    }

    /// The name under which p11-kit knows the module, else that of its file as RFC 7512 section
    /// 2.3 derives it: `libsofthsm2.so` is `softhsm2`.
    private static func name(_ functions: UnsafeMutablePointer<CK_FUNCTION_LIST>) -> String {
        if let name = unsafe p11_kit_module_get_name(functions) {
            defer { unsafe free(name) }
            return unsafe String(cString: name)
        }
        guard let file = unsafe p11_kit_module_get_filename(functions) else { return "" }
        defer { unsafe free(file) }
        let path = unsafe String(cString: file)
        var name = path.split(separator: "/").last ?? ""
        if name.hasPrefix("lib") { name = name.dropFirst(3) }
        if name.hasSuffix(".so") { name = name.dropLast(3) }
        return String(name)
    }
}
