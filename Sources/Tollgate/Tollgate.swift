import ArgumentParser
import ServiceLifecycle
import Yams
@main struct T { static func main() {} }
